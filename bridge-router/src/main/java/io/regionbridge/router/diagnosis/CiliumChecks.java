package io.regionbridge.router.diagnosis;

import io.regionbridge.router.diagnosis.CiliumFacts.Agent;
import io.regionbridge.router.diagnosis.ClusterFacts.Router;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.egress.cilium.CiliumSettings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether Cilium carries the bridge's policies out. Pure. */
final class CiliumChecks {
  private static final String RESTART = "kubectl -n kube-system rollout restart daemonset/cilium";
  private static final String NAME = "Cilium";

  private final ClusterFacts facts;
  private final Map<String, String> config;
  private final List<Check> checks = new ArrayList<>();

  private CiliumChecks(ClusterFacts facts) {
    this.facts = facts;
    this.config = facts.configMap(ClusterWatcher.CILIUM_CONFIG);
  }

  static List<Check> of(ClusterFacts facts) {
    CiliumChecks made = new CiliumChecks(facts);
    if (!facts.release().needsCilium()) {
      made.checks.add(
          Check.skipped(
              NAME,
              "egress.engine is %s: it carries no policy of ours"
                  .formatted(facts.release().engine().name().toLowerCase(Locale.ROOT))));
      return made.checks;
    }
    facts
        .skipped(NAME, "configmaps " + ClusterWatcher.CILIUM_CONFIG)
        .ifPresentOrElse(made.checks::add, made::checkAll);
    return made.checks;
  }

  private void checkAll() {
    if (config.isEmpty()) {
      checks.add(
          Check.warning(
              NAME,
              "it is not installed: names work, pods' traffic to peers has no way of ours",
              ReleaseChecks.upgrade(facts)
                  + " --set config.egress.engine=routes,agent.enabled=true; or engine=none if"
                  + " something else routes it"));
      return;
    }
    checkSettings();
    if (facts.cilium().clusterMesh()) {
      checks.add(
          Check.warning(
              "ClusterMesh",
              "Cilium is part of a mesh, with which its egress gateway is not supported: pods are"
                  + " sent on from nodes of their own cluster only",
              "have no policy select pods of another cluster; test egress, or set"
                  + " config.egress.engine=routes"));
    }
    facts
        .skipped("Cilium agents", "pods of Cilium")
        .ifPresentOrElse(checks::add, this::checkAgents);
    facts
        .skipped("Cilium nodes", "ciliumnodes.cilium.io")
        .ifPresentOrElse(checks::add, this::checkNodes);
  }

  private void checkSettings() {
    List<String> changes = CiliumSettings.requiredChanges(config);
    boolean readable = !facts.unreadable().containsKey(ClusterWatcher.EGRESS_POLICIES);
    if (!changes.isEmpty()) {
      checks.add(
          Check.failure(
              NAME,
              "its egress gateway does not work with these settings; names do, traffic does not",
              "helm -n kube-system upgrade cilium cilium/cilium --reuse-values --set "
                  + String.join(",", changes)
                  + " && "
                  + RESTART));
    } else if (facts.cilium().policies().isEmpty() && readable) {
      checks.add(
          Check.failure(
              NAME,
              "its egress gateway is on, but the API server has no CiliumEgressGatewayPolicy",
              "kubectl -n kube-system rollout restart deployment/cilium-operator, which makes the"
                  + " definition when it starts"));
    } else {
      checks.add(Check.ok(NAME, "its egress gateway is on"));
    }
  }

  private void checkAgents() {
    List<Agent> agents = facts.cilium().agents();
    if (agents.isEmpty()) {
      checks.add(Check.skipped("Cilium agents", "kube-system has no pods labelled k8s-app=cilium"));
      return;
    }
    Set<String> routers = facts.routers().stream().map(Router::name).collect(Collectors.toSet());
    List<String> notReady = agents.stream().filter(a -> !a.ready()).map(Agent::node).toList();
    if (!notReady.isEmpty()) {
      String message = "not ready on " + String.join(", ", notReady);
      String remedy =
          "kubectl -n kube-system get pods -l k8s-app=cilium -o wide; egress from and by that node"
              + " is not as policies say";
      checks.add(
          notReady.stream().anyMatch(routers::contains)
              ? Check.failure("Cilium agents", message, remedy)
              : Check.warning("Cilium agents", message, remedy));
    }
    List<String> older =
        agents.stream().filter(this::olderThanConfig).map(Agent::node).sorted().toList();
    if (!older.isEmpty()) {
      checks.add(
          Check.warning(
              "Cilium agents",
              "cilium-config was written at %s, after they started on %s: they go by what it said"
                      .formatted(
                          facts.cilium().configured().orElseThrow().truncatedTo(ChronoUnit.SECONDS),
                          String.join(", ", older))
                  + " before",
              RESTART));
    }
    if (notReady.isEmpty() && older.isEmpty()) {
      checks.add(
          Check.ok("Cilium agents", agents.size() + " are ready, and started by the settings"));
    }
  }

  private boolean olderThanConfig(Agent agent) {
    Instant written = facts.cilium().configured().orElse(Instant.MIN);
    return agent.started().filter(started -> started.isBefore(written)).isPresent();
  }

  /** Agents select by the labels of these, which each node's own agent copies from the Node. */
  private void checkNodes() {
    if (facts.cilium().nodes().isEmpty()) {
      return;
    }
    Map<String, Map<String, String>> nodes = facts.cilium().nodes().get();
    for (Router router : facts.routers()) {
      Map<String, String> labels = nodes.get(router.name());
      String known = labels == null ? null : labels.get(PolicyChecks.HOSTNAME);
      if (labels == null) {
        checks.add(
            Check.failure(
                "Cilium nodes",
                "Cilium does not know router node " + router.name() + ": nothing leaves by it",
                "kubectl get ciliumnodes; kubectl -n kube-system get pods -l k8s-app=cilium -o"
                    + " wide"));
      } else if (!router.hostname().equals(known)) {
        checks.add(
            Check.failure(
                "Cilium nodes",
                "Cilium knows %s by hostname %s, policies mean %s: what they catch is dropped"
                    .formatted(router.name(), known == null ? "none" : known, router.hostname()),
                "restart Cilium's agent on %s, which copies the Node's labels"
                    .formatted(router.name())));
      }
    }
  }
}
