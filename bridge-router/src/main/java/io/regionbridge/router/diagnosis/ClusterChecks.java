package io.regionbridge.router.diagnosis;

import java.util.ArrayList;
import java.util.List;

/** The checks of a cluster. Pure. */
final class ClusterChecks {
  private ClusterChecks() {}

  /** All checks; a check comes after those that it depends on. */
  public static List<Check> of(ClusterFacts facts) {
    List<Check> checks = new ArrayList<>(ServerChecks.of(facts));
    checks.addAll(RouterChecks.of(facts));
    checks.addAll(ReleaseChecks.of(facts));
    checks.addAll(PrivilegeChecks.of(facts));
    checks.addAll(CoreDnsChecks.of(facts));
    checks.addAll(CiliumChecks.of(facts));
    checks.addAll(PolicyChecks.of(facts));
    checks.addAll(NetBirdChecks.of(facts));
    return checks;
  }

  /** The check of an API server that does not answer. */
  public static List<Check> unreachable(String server, String reason) {
    return List.of(
        Check.failure(
            "API server",
            server + " " + reason,
            "kubectl cluster-info; check the kubeconfig's context (--context) and the way there"));
  }
}
