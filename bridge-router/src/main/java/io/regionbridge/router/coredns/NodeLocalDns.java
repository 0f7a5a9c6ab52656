package io.regionbridge.router.coredns;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The Corefile of NodeLocal DNSCache, which answers pods before CoreDNS does and does not read what
 * is configured there (kubernetes.io, "Using NodeLocal DNSCache in Kubernetes Clusters"). Pure.
 */
public final class NodeLocalDns {
  /** What its daemon replaces by CoreDNS's own address. */
  private static final String CORE_DNS = "__PILLAR__CLUSTER__DNS__";

  private NodeLocalDns() {}

  /**
   * The zones that it neither serves nor asks CoreDNS for, of some; none where it asks CoreDNS for
   * all names.
   */
  public static List<String> unknown(String corefile, List<String> zones) {
    List<ServerBlock> blocks = Corefile.parse(corefile).blocks();
    boolean asksCoreDns =
        blocks.stream()
            .filter(block -> block.zones().stream().anyMatch(zone -> zone.name().equals(".")))
            .flatMap(block -> block.forwards().stream())
            .anyMatch(to -> to.contains(CORE_DNS));
    if (asksCoreDns) {
      return List.of();
    }
    Set<String> known =
        blocks.stream()
            .flatMap(block -> block.zones().stream())
            .map(Zone::name)
            .collect(Collectors.toSet());
    return zones.stream().filter(zone -> !knows(known, zone)).toList();
  }

  /** Whether a zone or one that it is in is served. */
  private static boolean knows(Set<String> zones, String zone) {
    return zones.stream().anyMatch(z -> !z.equals(".") && ("." + zone).endsWith("." + z));
  }
}
