package io.regionbridge.router.topology;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.discovery.NodeFacts;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.CidrIndex;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.topology.LocalRegion.Origin;
import io.regionbridge.router.topology.LocalRegion.Ranges;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@link Topology} of everything that is known. Pure: the same facts give the same
 * topology, in whatever order they are given.
 *
 * <p>Of a peer region each field is taken from the first source that says it, in the order of
 * {@link PeerSource}; a peer that claims this region's name is this region, and nothing is believed
 * of it.
 */
public final class TopologyBuilder {
  private final Settings settings;

  /**
   * What is configured of the local region; empty lists mean "discover it".
   *
   * @param aliases how peers know the region's addresses
   * @param overlay the ranges of the overlay's own addresses
   */
  public record Settings(
      String name,
      String domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      AliasRanges aliases,
      List<Cidr> overlay) {
    public Settings {
      podCidrs = List.copyOf(podCidrs);
      serviceCidrs = List.copyOf(serviceCidrs);
      overlay = List.copyOf(overlay);
    }
  }

  public TopologyBuilder(Settings settings) {
    this.settings = settings;
  }

  /** Builds the topology from claims alone. */
  public Topology withoutCluster(List<PeerClaim> claims) {
    return build(
        ClusterView.ofConfigMaps(Map.of()),
        claims,
        Optional.empty(),
        List.of(),
        LocalRegion.CLUSTER_DOMAINS);
  }

  /**
   * Builds the topology.
   *
   * @param active the node of the active gateway
   * @param clusterIps ranges of ClusterIPs in use, for a cluster that does not publish its ranges
   * @param clusterDomains of the cluster's own DNS
   */
  public Topology build(
      ClusterView view,
      List<PeerClaim> claims,
      Optional<String> active,
      List<Cidr> clusterIps,
      List<String> clusterDomains) {
    LocalRegion local = local(view, active, clusterIps, clusterDomains);
    List<Conflict> conflicts = new ArrayList<>();
    List<PeerRegion> peers = dropTakenDomains(mergeClaims(claims), conflicts);
    conflicts.addAll(rangeConflicts(local, peers));
    Topology claimed = new Topology(local, peers, conflicts, regionsKnown(view));
    Topology.Disputes disputes = claimed.disputes();
    return claimed.map(peer -> mergeRanges(disputes, peer));
  }

  /** Without the resource there are no objects; without a cluster neither. */
  private static boolean regionsKnown(ClusterView view) {
    WatchStatus status = view.statuses().get(ClusterWatcher.REGIONS);
    return status instanceof WatchStatus.Failing(_, ReadFailure failure, boolean known)
        ? known || failure.reason() == ReadFailure.Reason.NOT_INSTALLED
        : !(status instanceof WatchStatus.Starting);
  }

  private LocalRegion local(
      ClusterView view,
      Optional<String> active,
      List<Cidr> clusterIps,
      List<String> clusterDomains) {
    List<LocalRegion.Gateway> gateways =
        view.routers().stream()
            .sorted(Comparator.comparing(NodeFacts::name))
            .map(node -> gateway(node, view, active.equals(Optional.of(node.name()))))
            .toList();
    Ranges services = serviceCidrs(view, clusterIps);
    return new LocalRegion(
        settings.name(),
        settings.domain(),
        podCidrs(view),
        services,
        gateways,
        active,
        view.nodes().stream()
            .flatMap(node -> node.addresses().stream())
            .sorted(Comparator.comparing(Cidr::host))
            .distinct()
            .toList(),
        translates(view, !settings.aliases().aliased(services.cidrs()).isEmpty()),
        clusterDomains,
        settings.aliases());
  }

  /**
   * Whether ClusterIPs are translated for other regions. kube-proxy translates for everybody, and
   * is assumed where Cilium is absent or does not replace it; Cilium does with {@code
   * bpf.lbExternalClusterIP}, but sees packets before an alias in them is translated. A Cilium with
   * unknown settings is not relied on.
   */
  private static boolean translates(ClusterView view, boolean aliased) {
    ConfigMapFacts cilium = view.configMaps().get(ClusterWatcher.CILIUM_CONFIG);
    if (cilium == null) {
      return view.statuses().get("configmaps/" + ClusterWatcher.CILIUM_CONFIG)
              instanceof WatchStatus.Current
          && !(view.statuses().get(ClusterWatcher.CILIUM_NODES) instanceof WatchStatus.Current);
    }
    String replaced = cilium.data().getOrDefault("kube-proxy-replacement", "false");
    boolean kubeProxy = replaced.equals("false") || replaced.equals("disabled");
    return kubeProxy
        || !aliased && cilium.data().getOrDefault("bpf-lb-external-clusterip", "").equals("true");
  }

  private static LocalRegion.Gateway gateway(NodeFacts node, ClusterView view, boolean active) {
    Optional<RouterNodeFacts> routerNode =
        view.routerNodes().stream().filter(r -> r.name().equals(node.name())).findFirst();
    Optional<InetAddress> overlay =
        routerNode.map(r -> r.spec().overlayAddress()).flatMap(IpLiteral::parse);
    return new LocalRegion.Gateway(
        node.name(),
        node.hostname(),
        // Where its bridge listens; a Node may have several addresses.
        routerNode
            .map(r -> r.spec().nodeAddress())
            .flatMap(IpLiteral::parse)
            .or(() -> node.addresses().stream().findFirst()),
        overlay,
        routerNode.map(r -> r.spec().dnsPort()).orElse(OwnNames.DNS_PORT),
        node.ready(),
        routerNode.flatMap(TunnelEnd::of).map(end -> end.active(active)));
  }

  private Ranges podCidrs(ClusterView view) {
    if (!settings.podCidrs().isEmpty()) {
      return ranges(settings.podCidrs(), Origin.CONFIGURATION);
    }
    List<Cidr> pool = ciliumPool(view.configMaps().get(ClusterWatcher.CILIUM_CONFIG));
    if (!pool.isEmpty()) {
      return ranges(pool, Origin.CILIUM_POOL);
    }
    if (!view.ciliumPools().isEmpty()) {
      return ranges(view.ciliumPools(), Origin.CILIUM_POOLS);
    }
    if (!view.ciliumNodeCidrs().isEmpty()) {
      return ranges(view.ciliumNodeCidrs(), Origin.CILIUM_NODES);
    }
    if (!view.calicoPools().isEmpty()) {
      return ranges(view.calicoPools(), Origin.CALICO_POOLS);
    }
    List<Cidr> ofNodes = view.nodes().stream().flatMap(n -> n.podCidrs().stream()).toList();
    return ranges(ofNodes, ofNodes.isEmpty() ? Origin.NONE : Origin.NODES);
  }

  /** In other modes the key is there as well, with a default that means nothing. */
  private static List<Cidr> ciliumPool(@Nullable ConfigMapFacts config) {
    if (config == null || !config.data().getOrDefault("ipam", "").startsWith("cluster-pool")) {
      return List.of();
    }
    return Stream.of("cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr")
        .flatMap(key -> Stream.of(config.data().getOrDefault(key, "").split("[ ,]+")))
        .flatMap(text -> Cidr.parse(text).get().stream())
        .toList();
  }

  private Ranges serviceCidrs(ClusterView view, List<Cidr> clusterIps) {
    if (!settings.serviceCidrs().isEmpty()) {
      return ranges(settings.serviceCidrs(), Origin.CONFIGURATION);
    }
    if (!view.serviceCidrs().isEmpty()) {
      return ranges(view.serviceCidrs(), Origin.SERVICE_CIDR_API);
    }
    return ranges(clusterIps, clusterIps.isEmpty() ? Origin.NONE : Origin.CLUSTER_IPS);
  }

  private static Ranges ranges(List<Cidr> cidrs, Origin origin) {
    return new Ranges(CidrMerge.merge(cidrs), origin);
  }

  private List<PeerRegion> mergeClaims(List<PeerClaim> claims) {
    Map<String, List<PeerClaim>> byName = new TreeMap<>();
    for (PeerClaim claim : claims) {
      if (!claim.name().equals(settings.name())) {
        byName.computeIfAbsent(claim.name(), _ -> new ArrayList<>()).add(claim);
      }
    }
    return byName.values().stream().map(TopologyBuilder::mergeRegion).toList();
  }

  private static PeerRegion mergeRegion(List<PeerClaim> claims) {
    List<PeerClaim> ordered = claims.stream().sorted(PeerClaim.ORDER).toList();
    EnumSet<PeerSource> sources = EnumSet.noneOf(PeerSource.class);
    ordered.forEach(claim -> sources.add(claim.source()));
    String name = ordered.getFirst().name();
    return new PeerRegion(
        name,
        first(ordered, PeerClaim::domain).orElseGet(() -> RegionDomain.ofRegion(name)).name(),
        all(ordered, PeerClaim::podCidrs).stream().sorted().distinct().toList(),
        all(ordered, PeerClaim::serviceCidrs).stream().sorted().distinct().toList(),
        all(ordered, PeerClaim::gateways).stream().distinct().toList(),
        first(ordered, PeerClaim::contain).orElse(true),
        sources,
        all(ordered, PeerClaim::tunnels));
  }

  /** With fewer ranges for the same addresses. A disputed one costs none that is beside it. */
  private static PeerRegion mergeRanges(Topology.Disputes disputes, PeerRegion peer) {
    return peer.with(
        mergeRanges(disputes, peer, peer.podCidrs()),
        mergeRanges(disputes, peer, peer.serviceCidrs()));
  }

  private static List<Cidr> mergeRanges(
      Topology.Disputes disputes, PeerRegion peer, List<Cidr> ranges) {
    return Stream.concat(
            CidrMerge.merge(disputes.undisputed(peer, ranges)).stream(),
            ranges.stream().filter(range -> disputes.include(peer, range)))
        .sorted()
        .toList();
  }

  private static <V> Optional<V> first(
      List<PeerClaim> claims, Function<PeerClaim, Optional<V>> field) {
    return claims.stream().map(field).flatMap(Optional::stream).findFirst();
  }

  /** All that the first source with anything to say has to say: it may speak through several. */
  private static <V> List<V> all(List<PeerClaim> claims, Function<PeerClaim, List<V>> field) {
    Optional<PeerSource> source =
        claims.stream()
            .filter(claim -> !field.apply(claim).isEmpty())
            .map(PeerClaim::source)
            .findFirst();
    return claims.stream()
        .filter(claim -> source.isPresent() && claim.source() == source.get())
        .flatMap(claim -> field.apply(claim).stream())
        .toList();
  }

  /** Leaves out peers whose domain is taken: by this region, or by one that has it for longer. */
  private List<PeerRegion> dropTakenDomains(List<PeerRegion> peers, List<Conflict> conflicts) {
    List<PeerRegion> kept = new ArrayList<>();
    for (PeerRegion peer : peers) {
      String domain = peer.domain();
      Optional<Conflict> clash =
          Stream.concat(
                  Stream.of(Map.entry(settings.name(), settings.domain())),
                  kept.stream().map(other -> Map.entry(other.name(), other.domain())))
              .filter(other -> within(domain, other.getValue()) || within(other.getValue(), domain))
              .findFirst()
              .map(other ->
                  new Conflict.Domains(peer.name(), domain, other.getKey(), other.getValue()));
      clash.ifPresentOrElse(conflicts::add, () -> kept.add(peer));
    }
    return kept;
  }

  private static boolean within(String domain, String other) {
    return domain.equals(other) || domain.endsWith("." + other);
  }

  private List<Conflict> rangeConflicts(LocalRegion local, List<PeerRegion> peers) {
    CidrIndex<String> claimed = new CidrIndex<>();
    Stream.of(local.podCidrs().cidrs(), local.serviceCidrs().cidrs())
        .flatMap(List::stream)
        .forEach(cidr -> claimed.add(cidr, Conflict.Ranges.LOCAL));
    local.nodeAddresses().stream()
        .map(Cidr::host)
        .forEach(cidr -> claimed.add(cidr, Conflict.Ranges.LOCAL));
    settings.aliases().ranges().stream()
        .map(AliasRange::alias)
        .forEach(cidr -> claimed.add(cidr, Conflict.Ranges.LOCAL));
    settings.overlay().forEach(cidr -> claimed.add(cidr, Conflict.Ranges.OVERLAY));
    List<Conflict> conflicts = new ArrayList<>();
    for (PeerRegion peer : peers) {
      List<Cidr> own =
          Stream.of(peer.podCidrs(), peer.serviceCidrs()).flatMap(List::stream).toList();
      for (Cidr cidr : own) {
        for (CidrIndex.Entry<String> other : claimed.overlapping(cidr)) {
          conflicts.add(new Conflict.Ranges(peer.name(), cidr, other.value(), other.range()));
        }
      }
      own.forEach(cidr -> claimed.add(cidr, peer.name()));
    }
    return conflicts;
  }
}
