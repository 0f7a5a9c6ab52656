package io.regionbridge.router.diagnosis;

import io.regionbridge.router.diagnosis.CiliumFacts.Exit;
import io.regionbridge.router.diagnosis.CiliumFacts.Policy;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.egress.cilium.Contest;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Policies that Cilium ignores, that lead nowhere, or that catch what another one is for: ours and
 * those of others. Pure.
 */
public final class PolicyChecks {
  /** The label that ours select their gateway by. */
  static final String HOSTNAME = "kubernetes.io/hostname";

  private static final String NAME = "egress policies";

  private final CiliumFacts cilium;
  private final List<Policy> policies;
  private final List<Check> checks = new ArrayList<>();

  private PolicyChecks(CiliumFacts cilium) {
    this.cilium = cilium;
    this.policies = cilium.policies().orElse(List.of());
  }

  static List<Check> of(ClusterFacts facts) {
    Optional<Check> skipped = facts.skipped(NAME, ClusterWatcher.EGRESS_POLICIES);
    if (skipped.isPresent()) {
      return List.of(skipped.get());
    }
    PolicyChecks made = new PolicyChecks(facts.cilium());
    made.policies.forEach(made::checkPolicy);
    if (made.checks.isEmpty() && !made.policies.isEmpty()) {
      long ours = made.policies.stream().filter(Policy::ours).count();
      made.checks.add(
          Check.ok(
              NAME,
              "%d of ours, %d of others, in nobody's way"
                  .formatted(ours, made.policies.size() - ours)));
    }
    return made.checks;
  }

  /** The policies that lead to a node and name an address that it does not have. */
  public static List<Check> ofNode(CiliumFacts cilium, String node, Set<String> addresses) {
    PolicyChecks made = new PolicyChecks(cilium);
    for (Policy policy : made.policies) {
      for (Exit exit : policy.exits()) {
        Optional<String> missing =
            exit.address()
                .filter(_ -> first(cilium, exit).equals(Optional.of(node)))
                .filter(address -> !addresses.contains(canonical(address)));
        missing.ifPresent(address ->
            made.add(
                policy,
                "%s leads here and takes %s, which this node does not have: what it catches (%s) is"
                        .formatted(policy.name(), address, destinations(policy))
                    + " dropped",
                "ip address show; give the node that address, or "
                    + edit(policy)
                    + ": egressIP; Cilium looks again when the policy is written"));
      }
    }
    return made.checks;
  }

  /** The node that Cilium takes. */
  private static Optional<String> first(CiliumFacts cilium, Exit exit) {
    return cilium.nodes().orElse(Map.of()).entrySet().stream()
        .filter(node -> exit.nodes().matches(node.getValue()))
        .map(Map.Entry::getKey)
        .min(Comparator.naturalOrder());
  }

  private static String canonical(String address) {
    return IpLiteral.parse(address).map(IpLiteral::format).orElse(address);
  }

  private void checkPolicy(Policy policy) {
    if (!policy.selective()) {
      add(
          policy,
          "%s has a rule with neither podSelector nor namespaceSelector: Cilium does not take it"
              .formatted(policy.name()),
          edit(policy) + ": an empty namespaceSelector means all pods");
    }
    for (Exit exit : policy.exits()) {
      if (exit.interfaceName().isPresent() && exit.address().isPresent()) {
        add(
            policy,
            "%s has both interface and egressIP: Cilium ignores it".formatted(policy.name()),
            edit(policy) + ": keep one of the two");
      }
      checkExit(policy, exit);
    }
    if (!policy.ours()) {
      checkOverlaps(policy);
    }
  }

  private void checkExit(Policy policy, Exit exit) {
    boolean known = cilium.nodes().isPresent();
    if (known && cilium.nodes().get().values().stream().noneMatch(exit.nodes()::matches)) {
      add(
          policy,
          "%s leads to nodes with %s, and there is none: what it catches (%s) is dropped"
              .formatted(policy.name(), exit.nodes(), destinations(policy)),
          policy.ours()
              ? "kubectl get routernodes; the active bridge leads it to its own node: is one up?"
              : edit(policy)
                  + ": egressGateway.nodeSelector; kubectl get ciliumnodes --show-labels");
    }
  }

  private void checkOverlaps(Policy foreign) {
    for (Policy our : policies) {
      if (!our.ours()) {
        continue;
      }
      Optional<Cidr> caught =
          Contest.taken(our.destinations(), foreign.destinations(), foreign.excluded());
      caught.ifPresent(range ->
          checks.add(
              Check.warning(
                  NAME,
                  "%s catches %s, which %s is for: which of them a pod goes by is Cilium's choice"
                      .formatted(foreign.name(), range, our.name()),
                  "kubectl delete ciliumegressgatewaypolicy %s, or take %s out of it"
                      .formatted(foreign.name(), range))));
    }
  }

  /** What others do with theirs is no failure of the bridge's. */
  private void add(Policy policy, String message, String remedy) {
    checks.add(
        policy.ours()
            ? Check.failure(NAME, message, remedy)
            : Check.warning(NAME, message, remedy));
  }

  private static String edit(Policy policy) {
    return "kubectl edit ciliumegressgatewaypolicy " + policy.name();
  }

  private static String destinations(Policy policy) {
    List<String> ranges = policy.destinations().stream().map(Cidr::toString).toList();
    return String.join(", ", ranges);
  }
}
