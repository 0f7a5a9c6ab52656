package io.regionbridge.router.feed;

import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.ExportRule;
import io.regionbridge.router.directory.ExternalNames;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.LocalRegion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a region gives its peers of a Service: nothing of one that is not exported, and no address
 * outside its own ranges, which they would not accept. The ClusterIP only where peers are led to
 * it. Addresses that have an alias are given as it, and an alias into the cluster becomes one into
 * the region's own domain. Pure; compared by value.
 *
 * @param ranges of the region's pods and Services; none: unknown, and nothing is left out
 * @param anyClusterIp whether each ClusterIP is within the region's ranges, because these are
 *     derived from ClusterIPs in use
 * @param aliases how peers know the region's addresses
 * @param names where ExternalNames lead
 */
public record PeerRule(
    ExportRule export,
    ClusterIpRule clusterIp,
    List<Cidr> ranges,
    boolean anyClusterIp,
    AliasRanges aliases,
    ExternalNames names) {
  /**
   * The rule of a reader: a feed has what its reader gets and nothing else, ClusterIPs included.
   */
  public static final PeerRule AS_GIVEN =
      new PeerRule(
          ExportRule.ALL, new ClusterIpRule(RegionSettings.ClusterIp.KEEP, true), List.of());

  /** A rule where the range of ClusterIPs is among the ranges, and nothing has an alias. */
  public PeerRule(ExportRule export, ClusterIpRule clusterIp, List<Cidr> ranges) {
    this(export, clusterIp, ranges, false, AliasRanges.NONE, ExternalNames.AS_GIVEN);
  }

  /** The rule of a region as it is now. */
  public static PeerRule of(RegionSettings.Directory settings, LocalRegion region) {
    List<Cidr> ranges = new ArrayList<>(region.podCidrs().cidrs());
    // Made of the ClusterIPs in use, the ranges would change with each Service, and all zones.
    boolean ofClusterIps =
        region.serviceCidrs().origin() == LocalRegion.Origin.CLUSTER_IPS && !ranges.isEmpty();
    // Without the range of the pods it is not known what is outside of it.
    if (!ofClusterIps && !ranges.isEmpty()) {
      ranges.addAll(region.serviceCidrs().cidrs());
    }
    return new PeerRule(
        new ExportRule(settings.export(), settings.excludedNamespaces()),
        new ClusterIpRule(settings.clusterIp(), region.translates()),
        ranges,
        ofClusterIps,
        region.aliases(),
        new ExternalNames(region.domain(), region.clusterDomains()));
  }

  /** The same rule, with every address as the region itself knows it. */
  public PeerRule unaliased() {
    return new PeerRule(export, clusterIp, ranges, anyClusterIp, AliasRanges.NONE, names);
  }

  public PeerRule {
    ranges = List.copyOf(ranges);
  }

  /** The Service as peers get it; null if they do not. */
  public @Nullable DirectoryService given(DirectoryService service) {
    ServiceFacts facts = service.facts();
    if (!export.exports(facts)) {
      return null;
    }
    String external = facts.externalName();
    if (external != null) {
      String target = names.target(external);
      return target.equals(external)
          ? service
          : new DirectoryService(facts.withExternalName(target), List.of());
    }
    List<IpAddress> addresses =
        clusterIp.keeps(service)
            ? facts.clusterIps().stream()
                .filter(ip -> anyClusterIp || own(ip))
                .map(aliases::known)
                .toList()
            : List.of();
    List<Endpoint> endpoints = endpoints(service);
    if (endpoints.equals(service.endpoints()) && addresses.equals(facts.clusterIps())) {
      return service;
    }
    return new DirectoryService(
        addresses.equals(facts.clusterIps()) ? facts : facts.withClusterIps(addresses), endpoints);
  }

  /** Those of some addresses that peers get, as they get them. */
  public List<IpAddress> given(List<IpAddress> addresses) {
    return addresses.stream().filter(this::own).map(aliases::known).toList();
  }

  /** As peers get them, sorted by the address that they get. */
  private List<Endpoint> endpoints(DirectoryService service) {
    List<Endpoint> all = service.endpoints();
    List<Endpoint> own =
        allOwn(service) ? all : all.stream().filter(endpoint -> own(endpoint.address())).toList();
    return aliases.isEmpty()
        ? own
        : own.stream()
            .map(endpoint -> endpoint.at(aliases.known(endpoint.address())))
            .sorted(Comparator.comparing(Endpoint::address))
            .toList();
  }

  /** Why peers do not know of a Service; empty: they do. */
  public Optional<String> refusal(DirectoryService service) {
    return export.refusal(service.facts());
  }

  /**
   * The ports of a Service under which peers' clients find nobody: they get the addresses of pods,
   * which listen on other ports. None for a Service that is not exported.
   */
  public List<String> remapped(DirectoryService service) {
    return export.exports(service.facts()) && !clusterIp.keeps(service)
        ? service.remappedPorts()
        : List.of();
  }

  /** The addresses that peers are led to, but not given, in order. */
  public List<IpAddress> withheld(DirectoryService service) {
    if (ranges.isEmpty() || !export.exports(service.facts())) {
      return List.of();
    }
    boolean kept = clusterIp.keeps(service);
    if (!kept && allOwn(service)) {
      return List.of();
    }
    Stream<IpAddress> wanted =
        kept
            ? service.facts().clusterIps().stream().filter(_ -> !anyClusterIp)
            : service.endpoints().stream().map(Endpoint::address);
    return wanted.filter(address -> !own(address)).distinct().toList();
  }

  private boolean allOwn(DirectoryService service) {
    if (ranges.isEmpty()) {
      return true;
    }
    for (int bits : service.ipv4()) {
      if (!own(new IpAddress.V4(bits))) {
        return false;
      }
    }
    long[] wide = service.ipv6();
    for (int i = 0; i < wide.length; i += 2) {
      if (!own(new IpAddress.V6(wide[i], wide[i + 1]))) {
        return false;
      }
    }
    return true;
  }

  private boolean own(IpAddress address) {
    for (Cidr range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return ranges.isEmpty();
  }
}
