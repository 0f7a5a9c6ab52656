package io.regionbridge.router.egress.cilium;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.EgressPolicyFacts;
import io.regionbridge.router.egress.EgressGateway;
import io.regionbridge.router.egress.EgressInputs;
import io.regionbridge.router.egress.EgressPlan.RegionEgress;
import io.regionbridge.router.egress.EgressReport.Region;
import io.regionbridge.router.egress.EgressReport.State;
import io.regionbridge.router.egress.cilium.CiliumState.Obstacle;
import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must be written so that Cilium carries a plan out, and the state of each region. Pure. */
record CiliumPlan(
    List<CiliumPolicy> writes, List<EgressPolicyFacts> removals, List<Region> regions) {
  private static final Obstacle NO_GATEWAY =
      new Obstacle(Region.NO_GATEWAY, Region.NO_GATEWAY_MESSAGE);
  private static final Obstacle PENDING = new Obstacle("Pending", "the policy is being written");
  private static final Obstacle IPV4_ONLY =
      new Obstacle("IPv6NotSupported", "this Cilium's policies take IPv4 ranges only: update it");

  CiliumPlan {
    writes = List.copyOf(writes);
    removals = List.copyOf(removals);
    regions = List.copyOf(regions);
  }

  /** What has to be written in a cluster as it is seen now. */
  static CiliumPlan of(EgressInputs inputs, CiliumSchema schema) {
    boolean ipv6 = schema.ipv6();
    List<EgressGateway> standbys = schema.nodeSelectors() ? inputs.standbys() : List.of();
    ClusterView view = inputs.view();
    Optional<EgressGateway> gateway = inputs.gateway();
    Map<String, EgressPolicyFacts> present = new HashMap<>();
    view.egressPolicies().forEach(policy -> present.put(policy.name(), policy));
    Optional<Obstacle> obstacle = CiliumState.obstacle(view).or(() -> obstacle(gateway));
    List<CiliumPolicy> writes = new ArrayList<>();
    List<Region> regions = new ArrayList<>();
    TreeSet<String> wanted = new TreeSet<>();
    for (RegionEgress egress : inputs.plan().regions()) {
      List<Cidr> sent = egress.destinations().stream().filter(d -> ipv6 || !d.isIpv6()).toList();
      String name = CiliumPolicy.PREFIX + egress.region();
      Optional<EgressPolicyFacts> there = Optional.ofNullable(present.get(name));
      if (!sent.isEmpty()) {
        wanted.add(name);
      }
      if (egress.destinations().isEmpty()) {
        regions.add(Region.refused(egress));
      } else if (obstacle.isPresent()) {
        regions.add(region(egress, State.BLOCKED, obstacle.get(), there, List.of()));
      } else if (sent.isEmpty()) {
        regions.add(region(egress, State.BLOCKED, IPV4_ONLY, there, List.of()));
      } else if (there.isPresent() && !there.get().ours()) {
        regions.add(region(egress, State.BLOCKED, notOurs(name), there, List.of()));
      } else {
        List<CiliumPolicy> policies = new ArrayList<>();
        // First the one that most pods wait for when the gateway is another one.
        policies.add(
            CiliumPolicy.of(
                egress.region(), sent, gateway.orElseThrow(), standbys, inputs.settings()));
        for (EgressGateway standby : standbys) {
          policies.add(CiliumPolicy.ofNode(egress.region(), sent, standby, inputs.settings()));
        }
        boolean applied = true;
        for (CiliumPolicy policy : policies) {
          wanted.add(policy.name());
          if (Optional.ofNullable(present.get(policy.name())).filter(policy::is).isEmpty()) {
            writes.add(policy);
            applied = false;
          }
        }
        List<String> foreign = foreign(view, sent);
        regions.add(
            applied
                ? applied(
                    egress, gateway.orElseThrow(), sent, there, foreign, CiliumState.unseen(view))
                : region(egress, State.PENDING, PENDING, there, foreign));
      }
    }
    List<EgressPolicyFacts> removals =
        CiliumState.known(view)
            ? view.egressPolicies().stream()
                .filter(policy -> policy.ours() && !wanted.contains(policy.name()))
                .toList()
            : List.of();
    return new CiliumPlan(writes, removals, regions);
  }

  private static Obstacle notOurs(String name) {
    return new Obstacle(
        "PolicyNotOurs",
        "CiliumEgressGatewayPolicy "
            + name
            + " exists and is not ours: delete it, it will be written anew");
  }

  private static Optional<Obstacle> obstacle(Optional<EgressGateway> gateway) {
    if (gateway.isEmpty()) {
      return Optional.of(NO_GATEWAY);
    }
    return gateway.get().interfaceName().isEmpty() && gateway.get().overlayAddress().isEmpty()
        ? Optional.of(
            new Obstacle(
                "NoOverlayInterface",
                "router node %s has no overlay interface: start the overlay's agent there, or set"
                        .formatted(gateway.get().node())
                    + " overlay.interface"))
        : Optional.empty();
  }

  private static Region applied(
      RegionEgress egress,
      EgressGateway gateway,
      List<Cidr> sent,
      Optional<EgressPolicyFacts> there,
      List<String> foreign,
      Optional<Obstacle> unseen) {
    String way =
        "%s leaves by %s of %s"
            .formatted(
                join(sent.stream()),
                gateway.interfaceName().orElse("the overlay address"),
                gateway.node());
    if (unseen.isPresent()) {
      return region(egress, State.PENDING, unseen.get(), there, foreign);
    }
    if (!foreign.isEmpty()) {
      return region(
          egress,
          State.CONTESTED,
          new Obstacle(
              "ForeignPolicy",
              "%s, unless Cilium takes %s, which catches it too: delete what is not needed"
                  .formatted(way, join(foreign.stream()))),
          there,
          foreign);
    }
    Obstacle explanation =
        !egress.refusals().isEmpty()
            ? new Obstacle("PartlyRefused", way + "; not sent: " + refusals(egress))
            : sent.size() < egress.destinations().size()
                ? new Obstacle("IPv4Only", way + "; " + IPV4_ONLY.message())
                : new Obstacle("Applied", way);
    return region(egress, State.APPLIED, explanation, there, foreign);
  }

  private static Region region(
      RegionEgress egress,
      State state,
      Obstacle explanation,
      Optional<EgressPolicyFacts> there,
      List<String> foreign) {
    Optional<EgressPolicyFacts> ours = there.filter(EgressPolicyFacts::ours);
    return new Region(
        egress.region(),
        state,
        explanation.reason(),
        explanation.message(),
        egress.destinations(),
        ours.flatMap(CiliumPolicy::hostname),
        ours.flatMap(CiliumPolicy::interfaceName),
        egress.refusals(),
        foreign);
  }

  private static List<String> foreign(ClusterView view, List<Cidr> sent) {
    return view.egressPolicies().stream()
        .filter(policy -> !policy.ours())
        .filter(policy -> Contest.taken(sent, policy.destinations(), policy.excluded()).isPresent())
        .map(EgressPolicyFacts::name)
        .toList();
  }

  private static String refusals(RegionEgress egress) {
    return join(egress.refusals().stream());
  }

  private static String join(Stream<?> values) {
    return values.map(Object::toString).collect(Collectors.joining(", "));
  }
}
