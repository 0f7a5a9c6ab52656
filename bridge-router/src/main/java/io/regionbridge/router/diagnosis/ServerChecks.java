package io.regionbridge.router.diagnosis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The API server, the rights that it gives the bridge, and the bridge's definitions. Pure. */
final class ServerChecks {
  /** Certificates and Leases bear more; tokens of short life may not. */
  private static final Duration CLOCK_BEARABLE = Duration.ofSeconds(5);

  private static final Duration CLOCK_BROKEN = Duration.ofMinutes(1);

  private final ClusterFacts facts;
  private final List<Check> checks = new ArrayList<>();

  private ServerChecks(ClusterFacts facts) {
    this.facts = facts;
  }

  static List<Check> of(ClusterFacts facts) {
    ServerChecks made = new ServerChecks(facts);
    made.checkServer();
    made.checkRights();
    made.checkDefinitions();
    return made.checks;
  }

  private void checkServer() {
    checks.add(
        Check.ok(
            "API server", "%s answers, version %s".formatted(facts.server(), facts.version())));
    if (facts.clockAhead().isEmpty()) {
      checks.add(Check.skipped("clock", "the API server does not tell its time"));
      return;
    }
    Duration off = facts.clockAhead().get();
    String message =
        "this machine's clock is %.1f s %s the API server's"
            .formatted(off.abs().toMillis() / 1000.0, off.isNegative() ? "ahead of" : "behind");
    String remedy = "timedatectl set-ntp true, on this machine and on the nodes";
    if (off.abs().compareTo(CLOCK_BROKEN) >= 0) {
      checks.add(Check.failure("clock", message, remedy));
    } else if (off.abs().compareTo(CLOCK_BEARABLE) >= 0) {
      checks.add(Check.warning("clock", message, remedy));
    } else {
      checks.add(Check.ok("clock", "agrees with the API server's"));
    }
  }

  private void checkRights() {
    Optional<Check> skipped = facts.skipped("RBAC", "selfsubjectaccessreviews");
    if (skipped.isPresent()) {
      checks.add(skipped.get());
      return;
    }
    String chart = ReleaseChecks.upgrade(facts);
    if (facts.rights() > 0 && facts.missing().size() == facts.rights()) {
      checks.add(
          Check.failure(
              "RBAC",
              "%s has none of the %d rights that it needs"
                  .formatted(facts.rightsOf(), facts.rights()),
              "%s; kubectl -n %s get serviceaccount region-bridge"
                  .formatted(chart, facts.release().namespace())));
      return;
    }
    for (MissingRights rights : MissingRights.of(facts.missing())) {
      checks.add(
          Check.failure(
              "RBAC",
              "%s may not %s".formatted(facts.rightsOf(), rights),
              rights.namespace().isEmpty()
                  ? chart + "; or add that to ClusterRole region-bridge"
                  : "%s; or add that to Role %s in %s"
                      .formatted(chart, role(rights.namespace()), rights.namespace())));
    }
    if (facts.missing().isEmpty()) {
      checks.add(
          Check.ok("RBAC", "%s has all %d rights".formatted(facts.rightsOf(), facts.rights())));
    }
  }

  private void checkDefinitions() {
    Optional<Check> skipped =
        facts.skipped("CRDs", "customresourcedefinitions.apiextensions.k8s.io");
    if (skipped.isPresent()) {
      checks.add(skipped.get());
      return;
    }
    facts
        .definitions()
        .forEach((name, lacks) -> {
          if (!lacks.isEmpty()) {
            checks.add(
                Check.failure(
                    "CRDs",
                    name + " lacks " + String.join(", ", lacks),
                    "kubectl apply --server-side -f charts/region-bridge/crds"));
          }
        });
    if (facts.definitions().values().stream().allMatch(List::isEmpty)) {
      checks.add(
          Check.ok(
              "CRDs", facts.definitions().size() + " are there and as this version needs them"));
    }
  }

  /** As the chart calls it. */
  private String role(String namespace) {
    return namespace.equals(facts.release().namespace())
        ? "region-bridge-namespace"
        : "region-bridge";
  }
}
