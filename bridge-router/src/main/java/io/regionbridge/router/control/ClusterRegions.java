package io.regionbridge.router.control;

import io.regionbridge.router.border.Admitted;
import io.regionbridge.router.border.Border;
import io.regionbridge.router.border.BorderRules;
import io.regionbridge.router.border.Remembered;
import io.regionbridge.router.coredns.ClusterDomains;
import io.regionbridge.router.coredns.ForeignZones;
import io.regionbridge.router.coredns.Forwards;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.discovery.ClusterIpSpan;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.peers.DeclaredRegions;
import io.regionbridge.router.peers.OverlayDiscovery;
import io.regionbridge.router.peers.PeerClusters;
import io.regionbridge.router.peers.PeerEnds;
import io.regionbridge.router.peers.RegionClaims;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Refusal;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.topology.TopologyBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The regions as a router node in a cluster knows them: collects what all sources claim, has the
 * border admit it, and makes the topology of it. Keeps what sources said before. Owned by one
 * thread.
 */
final class ClusterRegions {
  /** The Service by which pods reach the API server. */
  private static final ServiceKey API_SERVER = new ServiceKey("default", "kubernetes");

  private final ControlSettings settings;
  private final ControlSources sources;
  private final String apiServer;
  private final PeerClusters peerClusters;
  private final OverlayDiscovery overlay;
  private final PeerEnds ends;
  private final DeclaredRegions declared = new DeclaredRegions();
  private final Border border = new Border();

  /**
   * What one look found.
   *
   * @param readings what each Region object claims, and which parts of it are invalid
   */
  record Look(
      Topology topology, Admitted admitted, Map<RegionFacts, RegionClaims.Reading> readings) {}

  /**
   * @param apiServer host of the cluster's API server
   * @param ends what is known of the peers' ends of tunnels
   */
  ClusterRegions(
      ControlSettings settings,
      ControlSources sources,
      String apiServer,
      PeerClusters peerClusters,
      OverlayDiscovery overlay,
      PeerEnds ends) {
    this.settings = settings;
    this.sources = sources;
    this.apiServer = apiServer;
    this.peerClusters = peerClusters;
    this.overlay = overlay;
    this.ends = ends;
  }

  /**
   * Collects and admits claims, and builds the topology.
   *
   * @param active the node that is the active gateway
   */
  Look look(ClusterView view, Directory services, Optional<String> active) {
    List<PeerClaim> claims = new ArrayList<>(sources.configured().get());
    Map<RegionFacts, RegionClaims.Reading> readings = declared.look(view.regions());
    readings.values().forEach(reading -> claims.add(reading.claim()));
    RegionClaims.PeerReading ofPeers = peerClusters.look(view.regions());
    claims.addAll(ofPeers.claims());
    claims.addAll(overlay.claims());
    Admitted admitted = border.admit(claims, rules(view, services), writtenDown(view));
    List<Refusal> refusals = new ArrayList<>(ofPeers.refusals());
    refusals.addAll(overlay.refusals());
    refusals.addAll(admitted.refusals());
    Topology topology =
        new TopologyBuilder(sources.region().get())
            .build(
                view,
                admitted.claims(),
                active,
                ClusterIpSpan.of(services, view),
                ClusterDomains.of(view).names())
            .with(admitted.conflicts(), refusals)
            .map(peer -> ends.follow(peer, remembered(view, peer.name()), overlay.tunnels()));
    return new Look(topology, admitted, readings);
  }

  private BorderRules rules(ClusterView view, Directory services) {
    Set<InetSocketAddress> own = new HashSet<>();
    own.add(new InetSocketAddress(settings.nodeAddress(), settings.dnsPort()));
    sources
        .overlay()
        .address()
        .ifPresent(address -> own.add(new InetSocketAddress(address, settings.dnsPort())));
    return new BorderRules(
            sources.region().get().name(),
            sources.supernets().get(),
            Set.copyOf(ClusterDomains.of(view).names()),
            ForeignZones.of(view).domains(bridges(view, services)),
            own,
            apiServers(services))
        .with(settings.options().domains());
  }

  /** Where somebody who writes a block for CoreDNS finds the bridges. */
  private Set<InetAddress> bridges(ClusterView view, Directory services) {
    Set<InetAddress> addresses = new HashSet<>();
    addresses.add(settings.nodeAddress());
    sources.overlay().address().ifPresent(addresses::add);
    view.routers().forEach(node -> addresses.addAll(node.addresses()));
    settings
        .options()
        .forwardTo()
        .ifPresent(
            name -> Forwards.service(services, name).forEach(at -> addresses.add(at.getAddress())));
    return addresses;
  }

  private Set<InetAddress> apiServers(Directory services) {
    Set<InetAddress> addresses = new HashSet<>();
    IpLiteral.parse(apiServer).ifPresent(addresses::add);
    DirectoryService api = services.service(API_SERVER);
    if (api != null) {
      api.facts().clusterIps().forEach(address -> addresses.add(address.toInetAddress()));
      api.endpoints().forEach(endpoint -> addresses.add(endpoint.address().toInetAddress()));
    }
    return addresses;
  }

  /**
   * What Region objects and RouterNodes say of regions. A Region object counts most, then what this
   * node itself wrote, then what the others did.
   */
  private Map<String, Remembered> writtenDown(ClusterView view) {
    Map<String, Remembered> written = new HashMap<>();
    view.regions()
        .forEach(region ->
            written.put(region.name(), new Remembered(region.overlayKeys(), region.ranges())));
    view.routerNodes().stream()
        .sorted(Comparator.comparing(node -> !node.name().equals(settings.node())))
        .flatMap(node -> node.overlayRegions().stream())
        .forEach(region ->
            written.putIfAbsent(
                region.name(), new Remembered(region.overlayKeys(), region.ranges(), true)));
    return written;
  }

  private static Optional<TunnelRecord> remembered(ClusterView view, String region) {
    return view.regions().stream()
        .filter(facts -> facts.name().equals(region))
        .findFirst()
        .flatMap(RegionFacts::tunnel);
  }
}
