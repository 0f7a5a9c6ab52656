package io.regionbridge.router.diagnosis;

import io.regionbridge.router.diagnosis.ClusterFacts.BridgePod;
import io.regionbridge.router.diagnosis.ClusterFacts.Lease;
import io.regionbridge.router.diagnosis.ClusterFacts.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Who is the active gateway, and whether the bridges run. Pure. */
final class ReleaseChecks {
  private final ClusterFacts facts;
  private final List<Check> checks = new ArrayList<>();

  private ReleaseChecks(ClusterFacts facts) {
    this.facts = facts;
  }

  static List<Check> of(ClusterFacts facts) {
    ReleaseChecks made = new ReleaseChecks(facts);
    facts
        .skipped("active gateway", "leases.coordination.k8s.io")
        .ifPresentOrElse(made.checks::add, made::checkLease);
    facts.skipped("other releases", "leases of other namespaces").ifPresent(made.checks::add);
    facts.skipped("bridges", "pods").ifPresentOrElse(made.checks::add, made::checkBridges);
    return made.checks;
  }

  /** The command that puts what the chart makes back in place. */
  static String upgrade(ClusterFacts facts) {
    return "helm -n %s upgrade --install region-bridge charts/region-bridge --reuse-values"
        .formatted(facts.release().namespace());
  }

  private String kubectl(String command) {
    return "kubectl -n %s %s".formatted(facts.release().namespace(), command);
  }

  private void checkLease() {
    String remedy = kubectl("logs -l app.kubernetes.io/name=region-bridge --prefix");
    Optional<Lease> own =
        facts.leases().stream()
            .filter(lease -> lease.namespace().equals(facts.release().namespace()))
            .findFirst();
    own.ifPresent(this::checkOthers);
    if (own.isEmpty() || own.get().holder().isEmpty()) {
      String elsewhere =
          facts.leases().stream()
              .filter(this::held)
              .map(lease ->
                  "; namespace %s has a release, see it with -n".formatted(lease.namespace()))
              .findFirst()
              .orElse("");
      checks.add(
          Check.failure(
              "active gateway", "no bridge holds the Lease region-bridge", remedy + elsewhere));
      return;
    }
    Lease lease = own.get();
    String holder = lease.holder();
    boolean live = facts.routers().stream().anyMatch(r -> r.name().equals(holder) && r.ready());
    if (lease.ends().isBefore(facts.time())) {
      checks.add(
          Check.failure(
              "active gateway",
              "%s has not renewed the Lease for %d s"
                  .formatted(
                      holder,
                      Duration.between(lease.renewed().orElse(facts.time()), facts.time())
                          .toSeconds()),
              remedy));
    } else if (!live && !facts.unreadable().containsKey("nodes")) {
      checks.add(
          Check.warning(
              "active gateway",
              holder + " holds the Lease, but is no router node that is Ready",
              "kubectl describe node " + holder));
    } else {
      checks.add(Check.ok("active gateway", holder + " holds the Lease"));
    }
  }

  /** Two releases would write the same policies and blocks by turns. */
  private void checkOthers(Lease own) {
    for (Lease lease : facts.leases()) {
      if (held(lease) && !lease.equals(own)) {
        checks.add(
            Check.failure(
                "active gateway",
                "%s is one too, by the Lease of another release, in namespace %s"
                    .formatted(lease.holder(), lease.namespace()),
                "keep one release of a cluster: helm -n %s uninstall region-bridge, or give doctor"
                        .formatted(lease.namespace())
                    + " that namespace with -n"));
      }
    }
  }

  private boolean held(Lease lease) {
    return !lease.holder().isEmpty() && !lease.ends().isBefore(facts.time());
  }

  private void checkBridges() {
    if (facts.uncreated().isPresent() && facts.bridges().size() < facts.routers().size()) {
      checks.add(uncreated(facts.uncreated().get()));
      return;
    }
    if (facts.bridges().isEmpty()) {
      checks.add(
          Check.failure(
              "bridges",
              "none runs in namespace " + facts.release().namespace(),
              upgrade(facts) + "; or name another namespace with -n"));
      return;
    }
    Set<String> versions =
        facts.bridges().stream()
            .map(BridgePod::version)
            .collect(Collectors.toCollection(TreeSet::new));
    List<String> notReady =
        facts.bridges().stream().filter(pod -> !pod.ready()).map(BridgePod::name).toList();
    Set<String> placed =
        facts.bridges().stream().map(BridgePod::node).collect(Collectors.toUnmodifiableSet());
    List<String> without =
        facts.routers().stream()
            .filter(Router::ready)
            .map(Router::name)
            .filter(node -> !placed.contains(node))
            .toList();
    if (!notReady.isEmpty()) {
      String pod = notReady.getFirst();
      checks.add(
          Check.failure(
              "bridges",
              "not ready: " + String.join(", ", notReady),
              "%s; region-bridge status -n %s --pod %s"
                  .formatted(kubectl("logs " + pod), facts.release().namespace(), pod)));
    } else if (!without.isEmpty()) {
      checks.add(
          Check.warning(
              "bridges",
              "none runs on router node " + String.join(", ", without),
              kubectl("describe daemonset -l app.kubernetes.io/name=region-bridge")
                  + "; a taint needs a toleration"));
    } else if (versions.size() > 1) {
      checks.add(
          Check.warning(
              "bridges",
              "several versions run: " + String.join(", ", versions),
              kubectl("rollout status daemonset -l app.kubernetes.io/name=region-bridge")));
    } else {
      checks.add(
          Check.ok(
              "bridges",
              "%d ready, version %s"
                  .formatted(facts.bridges().size(), versions.iterator().next())));
    }
  }

  private Check uncreated(String why) {
    return Check.failure(
        "bridges",
        "pods are not created in namespace %s: %s".formatted(facts.release().namespace(), why),
        why.contains("PodSecurity")
            ? "kubectl label namespace %s pod-security.kubernetes.io/enforce=privileged --overwrite"
                .formatted(facts.release().namespace())
            : kubectl("describe daemonset"));
  }
}
