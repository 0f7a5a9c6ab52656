package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Domains that no peer region can have, by CoreDNS's configuration: lower case, no dot at the end,
 * reverse zones and the root left out. Pure.
 *
 * @param cluster those that the {@code kubernetes} plugin answers
 * @param foreign those of server blocks that are not the bridge's
 */
public record ClusterZones(Set<String> cluster, Set<String> foreign) {
  private static final String PLUGIN = "kubernetes ";

  public ClusterZones {
    cluster = Set.copyOf(cluster);
    foreign = Set.copyOf(foreign);
  }

  /** Those of a cluster. */
  public static ClusterZones of(ClusterView view) {
    Set<String> cluster = new LinkedHashSet<>();
    for (ServerBlock block : blocks(view)) {
      block
          .body()
          .lines()
          .filter(line -> line.startsWith(PLUGIN))
          .flatMap(line -> zones(line.substring(PLUGIN.length()), block).stream())
          .forEach(zone -> add(cluster, zone));
    }
    Set<String> foreign = new LinkedHashSet<>();
    TakenZones.of(view).places().keySet().forEach(zone -> add(foreign, zone));
    return new ClusterZones(cluster, foreign);
  }

  private static List<ServerBlock> blocks(ClusterView view) {
    return Stream.of(ClusterWatcher.COREDNS, ClusterWatcher.RKE2_COREDNS)
        .map(view.configMaps()::get)
        .filter(Objects::nonNull)
        .map(map -> map.data().getOrDefault(CoreDnsKind.COREFILE, ""))
        .flatMap(text -> ServerBlock.in(text).stream())
        .toList();
  }

  /** The zones of a plugin's line; without any, those of the block. */
  private static List<String> zones(String line, ServerBlock block) {
    List<String> own =
        Stream.of(line.replace("{", " ").strip().split("\\s+"))
            .filter(word -> !word.isEmpty())
            .map(word -> ServerBlock.zone(word.toLowerCase(Locale.ROOT)))
            .toList();
    return own.isEmpty() ? block.zones() : own;
  }

  private static void add(Set<String> zones, String zoneAndPort) {
    String zone = zoneAndPort.substring(0, zoneAndPort.lastIndexOf(':'));
    boolean isName = zone.matches("[a-z0-9_]([-a-z0-9_.]*[a-z0-9_])?");
    if (isName && !zone.equals("arpa") && !zone.endsWith(".arpa") && !zone.matches("[0-9.]+")) {
      zones.add(zone);
    }
  }
}
