package io.regionbridge.router.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.coredns.CoreDnsReconciler;
import io.regionbridge.router.coredns.Forwards;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.egress.EgressInputs;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.StatusWriter;
import io.regionbridge.router.netbird.NetBirdReconciler;
import io.regionbridge.router.path.PathState;
import io.regionbridge.router.peers.PeerClusters;
import io.regionbridge.router.peers.PeerEnds;
import io.regionbridge.router.peers.RegionClaims;
import io.regionbridge.router.report.RegionReport;
import io.regionbridge.router.topology.Topology;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What all router nodes share and the active gateway alone writes: CoreDNS's configuration, egress
 * policies, the status of Regions, NetBird's override. Owned by the loop of the topology.
 */
final class SharedObjects {
  private final ControlSettings settings;
  private final ControlSources sources;
  private final StatusWriter statuses;
  private final CoreDnsReconciler coreDns;
  private final Optional<NetBirdReconciler> netBird;
  private final EgressControl egress;
  private final PeerClusters peerClusters;
  private final PeerEnds ends;
  private final Clock clock;
  private final Instant start;
  private List<Finding> findings = List.of();

  SharedObjects(
      ControlSettings settings,
      ControlSources sources,
      KubernetesClient client,
      StatusWriter statuses,
      EgressControl egress,
      PeerClusters peerClusters,
      PeerEnds ends,
      Clock clock) {
    this.settings = settings;
    this.sources = sources;
    this.statuses = statuses;
    this.egress = egress;
    this.peerClusters = peerClusters;
    this.ends = ends;
    this.clock = clock;
    this.start = clock.instant();
    coreDns = new CoreDnsReconciler(client, clock);
    netBird = settings.options().netBird().map(name -> new NetBirdReconciler(client, name, clock));
  }

  /** What was found of them; nothing on standby. */
  List<Finding> findings() {
    return findings;
  }

  /** Somebody else writes them. */
  void standBy(EgressInputs inputs) {
    findings = List.of();
    netBird.ifPresent(NetBirdReconciler::forget);
    egress.observe(inputs);
    statuses.forget();
  }

  /**
   * Writes what differs. Called with a permit.
   *
   * @param identities by region, the keys of its gateways on the overlay
   * @param paths state of the path of pods' packets to a region
   * @param unwritten takes what cannot be written, and why
   */
  void reconcile(
      ClusterView view,
      Topology topology,
      Directory directory,
      EgressInputs inputs,
      Map<RegionFacts, RegionClaims.Reading> readings,
      Map<String, Set<String>> identities,
      Function<String, PathState> paths,
      Consumer<String> unwritten) {
    List<Finding> found = new ArrayList<>(coreDns(view, topology, directory));
    netBird.ifPresent(reconciler -> found.add(reconciler.reconcile(view)));
    findings = List.copyOf(found);
    egress.apply(inputs, paths);
    readings.forEach((region, reading) ->
        statuses
            .region(
                region.name(),
                RegionReport.status(
                    region,
                    topology,
                    sources.health(),
                    reading.problems(),
                    Stream.of(peerClusters.finding(region.name()), egress.finding(region.name()))
                        .flatMap(Optional::stream)
                        .toList(),
                    topology
                        .peer(region.name())
                        .flatMap(sources.overlay()::tunnel)
                        .map(tunnel -> tunnel.probed(paths.apply(region.name()))),
                    ends.record(region.name()),
                    identities.getOrDefault(region.name(), region.overlayKeys()),
                    clock.instant()))
            .ifPresent(unwritten));
  }

  private List<Finding> coreDns(ClusterView view, Topology topology, Directory directory) {
    Optional<List<InetSocketAddress>> service =
        settings.options().forwardTo().map(name -> Forwards.service(directory, name));
    return coreDns.reconcile(
        view,
        Forwards.zones(topology, settings.options().domains()),
        service.orElseGet(() -> Forwards.upstreams(topology)),
        service.isPresent()
            ? "no Service " + settings.options().forwardTo().get() + " with a ClusterIP"
            : "no router node with an address",
        // Peers are discovered one after the other: none is forgotten before all had the time.
        topology.complete() && clock.instant().isAfter(start.plus(settings.memory())));
  }
}
