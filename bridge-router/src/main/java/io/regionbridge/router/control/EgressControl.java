package io.regionbridge.router.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.EgressPolicyFacts;
import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.egress.EgressDriver;
import io.regionbridge.router.egress.EgressGateway;
import io.regionbridge.router.egress.EgressInputs;
import io.regionbridge.router.egress.EgressPlan;
import io.regionbridge.router.egress.EgressPlanner;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.egress.EgressRules;
import io.regionbridge.router.egress.GatewayRules;
import io.regionbridge.router.egress.GatewayTranslation;
import io.regionbridge.router.egress.NoEgress;
import io.regionbridge.router.egress.cilium.CiliumEgress;
import io.regionbridge.router.egress.routes.RoutedEgress;
import io.regionbridge.router.egress.routes.RouterRules;
import io.regionbridge.router.election.Reach;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.EventRecorder;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.path.PathState;
import io.regionbridge.router.report.RouterNodeReport;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.Topology;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Egress as part of the control plane: makes the plan of what is known and has it carried out.
 * Owned by the loop of the topology; only the report is for everybody.
 */
final class EgressControl {
  private final ControlSettings settings;
  private final ControlSources sources;
  private final CiliumEgress cilium;
  private final EgressDriver routes = new RoutedEgress();
  private final EgressDriver none = new NoEgress();
  private final RouterRules rules = new RouterRules();
  private final GatewayTranslation translation = new GatewayTranslation();
  private final EventRecorder events;
  private final Clock clock;
  private final Instant start;
  private volatile EgressReport report = EgressReport.EMPTY;

  EgressControl(
      ControlSettings settings, ControlSources sources, KubernetesClient client, Clock clock) {
    this.settings = settings;
    this.sources = sources;
    this.clock = clock;
    this.start = clock.instant();
    this.events = new EventRecorder(client, settings.node(), clock);
    this.cilium = new CiliumEgress(client, events, clock);
  }

  /** How it stood at the last look. Any thread. */
  EgressReport report() {
    return report;
  }

  /** The condition of a Region. */
  Optional<Finding> finding(String region) {
    return report.finding(region);
  }

  /** What there is to do, by what is known now. */
  EgressInputs plan(ClusterView view, Topology topology) {
    RegionSettings.Egress egress = sources.egress().get();
    EgressPlan plan =
        EgressPlanner.plan(
            topology, EgressRules.of(egress, sources.region().get().overlay()), remembered(view));
    return new EgressInputs(view, plan, gateway(topology), standbys(view, topology), egress);
  }

  /**
   * What this node does for the answers of pods, whether it is the active gateway or not. With the
   * routes engine its agent does it.
   */
  Optional<Finding> translate(EgressInputs inputs, Topology topology) {
    if (inputs.settings().engine() == RegionSettings.Engine.ROUTES) {
      return Optional.empty();
    }
    return translation.reconcile(
        sources
            .overlay()
            .link()
            .map(link ->
                GatewayRules.of(
                    inputs.settings().engine(),
                    inputs.plan().destinations(),
                    link,
                    topology.local().podCidrs().cidrs(),
                    sources.region().get().overlay()))
            .orElse(List.of()));
  }

  /**
   * Keeps traffic of pods off routes of the overlay's agent: what is for this region's pods, and,
   * while nothing comes back by this node, what its pods send to peers.
   */
  void keepRules(EgressInputs inputs, Topology topology, Reach reaches) {
    LocalRegion local = topology.local();
    List<Cidr> peers = inputs.plan().destinations();
    switch (inputs.settings().engine()) {
      case AUTO, CILIUM ->
          rules.keep(
              local.podCidrs().cidrs(),
              local.gateways().stream()
                  .filter(gateway -> reaches == Reach.BLIND && !peers.isEmpty())
                  .filter(gateway -> local.active().equals(Optional.of(gateway.node())))
                  .filter(gateway -> !gateway.node().equals(settings.node()))
                  .findFirst()
                  .flatMap(LocalRegion.Gateway::nodeAddress)
                  .map(node -> new RouterRules.Detour(peers, node)));
      case NONE -> rules.keep(List.of(), Optional.empty());
      case ROUTES -> {} // the rules of this node are its agent's
    }
  }

  /** Looks how it stands. */
  void observe(EgressInputs inputs) {
    report = driver(inputs).observe(inputs);
  }

  /**
   * Applies the plan. Called with a permit.
   *
   * @param paths state of the path of pods' packets to a region
   */
  void apply(EgressInputs inputs, Function<String, PathState> paths) {
    EgressReport before = report;
    EgressDriver driver = driver(inputs);
    if (driver != cilium) {
      cilium.withdraw(inputs.view());
    }
    report = driver.apply(inputs).probed(paths);
    inputs.view().regions().forEach(region -> recordEvent(region, before));
  }

  /** What agents are to do while this node is the active gateway; empty: there are none. */
  Optional<RouterNodeReport.Routing> published(EgressInputs inputs, Topology topology) {
    if (inputs.settings().engine() != RegionSettings.Engine.ROUTES) {
      return Optional.empty();
    }
    return Optional.of(
        new RouterNodeReport.Routing(
            inputs.plan().regions().stream()
                .filter(region -> !region.destinations().isEmpty())
                .map(region ->
                    new RouterNodeStatus.Egress(
                        region.region(),
                        region.destinations().stream().map(Cidr::toString).toList()))
                .toList(),
            carrier(topology)));
  }

  /** Where pods keep their addresses, the other node that alone passes their packets. */
  private Optional<String> carrier(Topology topology) {
    return sources.egress().get().engine() == RegionSettings.Engine.ROUTES
        ? sources.overlay().carrier(topology.local()).map(LocalRegion.Gateway::node)
        : Optional.empty();
  }

  private EgressDriver driver(EgressInputs inputs) {
    return switch (inputs.settings().engine()) {
      case AUTO, CILIUM -> cilium;
      case ROUTES -> routes;
      case NONE -> none;
    };
  }

  /**
   * What the policies and this node's RouterNode say, as long as a region that is missing may only
   * not have been heard of yet: this process knows nothing when it starts, and its start must not
   * cut anybody off.
   */
  private Map<String, List<Cidr>> remembered(ClusterView view) {
    boolean listed =
        switch (view.statuses().get(ClusterWatcher.REGIONS)) {
          case WatchStatus.Current _ -> true;
          case WatchStatus.Failing failing -> failing.known();
          case null, default -> false;
        };
    if (listed && clock.instant().isAfter(start.plus(settings.memory()))) {
      return Map.of();
    }
    Map<String, List<Cidr>> remembered = new HashMap<>();
    view.routerNodes().stream()
        .filter(router -> router.name().equals(settings.node()))
        .forEach(router -> router.egress().ifPresent(remembered::putAll));
    view.egressPolicies().stream()
        .filter(EgressPolicyFacts::ours)
        .forEach(policy -> remembered.put(CiliumEgress.region(policy), policy.destinations()));
    return remembered;
  }

  /** The node that the traffic of pods leaves by. */
  private Optional<EgressGateway> gateway(Topology topology) {
    LocalRegion local = topology.local();
    Optional<String> node = carrier(topology).filter(_ -> local.active().isPresent());
    return local.gateways().stream()
        .filter(gateway -> node.or(local::active).equals(Optional.of(gateway.node())))
        .findFirst()
        .map(gateway ->
            new EgressGateway(
                gateway.node(),
                gateway.hostname(),
                // Another's is not known; as a rule it is the same everywhere.
                sources.overlay().interfaceName(),
                gateway.node().equals(settings.node())
                    ? sources.overlay().address()
                    : gateway.overlayAddress(),
                gateway.node().equals(settings.node())
                    ? sources.overlay().link().map(Link::index)
                    : Optional.empty()));
  }

  /** Those whose own pods can leave by themselves. */
  private static List<EgressGateway> standbys(ClusterView view, Topology topology) {
    LocalRegion local = topology.local();
    Set<String> cutOff =
        view.routerNodes().stream()
            .filter(RouterNodeReport::cutOff)
            .map(RouterNodeFacts::name)
            .collect(Collectors.toSet());
    return local.gateways().stream()
        .filter(gateway -> !local.active().equals(Optional.of(gateway.node())))
        .filter(gateway -> !cutOff.contains(gateway.node()))
        .filter(gateway -> gateway.ready() && gateway.overlayAddress().isPresent())
        .map(gateway ->
            new EgressGateway(
                gateway.node(),
                gateway.hostname(),
                Optional.empty(),
                gateway.overlayAddress(),
                Optional.empty()))
        .toList();
  }

  private void recordEvent(RegionFacts region, EgressReport before) {
    Optional<EgressReport.Region> now = report.region(region.name());
    Optional<EgressReport.Region> was = before.region(region.name());
    if (now.isEmpty()
        || now.map(EgressReport.Region::reason).equals(was.map(EgressReport.Region::reason))) {
      return;
    }
    boolean warning =
        switch (now.get().state()) {
          case APPLIED -> !now.get().refusals().isEmpty();
          case SILENT, BLOCKED, CONTESTED, REFUSED -> true;
          case PENDING, DISABLED -> false;
        };
    boolean mended =
        now.get().state() == EgressReport.State.APPLIED
            && was.map(EgressReport.Region::state)
                .filter(state ->
                    state == EgressReport.State.BLOCKED || state == EgressReport.State.SILENT)
                .isPresent();
    if (warning || mended) {
      events.record(
          new EventRecorder.Subject(
              "region-bridge.io/v1alpha1", "Region", region.name(), region.uid()),
          warning ? EventRecorder.Type.WARNING : EventRecorder.Type.NORMAL,
          now.get().reason(),
          "Egress",
          now.get().message());
    }
  }
}
