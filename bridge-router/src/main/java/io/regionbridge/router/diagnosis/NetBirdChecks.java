package io.regionbridge.router.diagnosis;

import io.regionbridge.router.diagnosis.NetBirdFacts.Pod;
import io.regionbridge.router.diagnosis.NetBirdFacts.Router;
import io.regionbridge.router.discovery.ClusterWatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the routers of NetBird's operator are where the bridge can use them. Pure. */
final class NetBirdChecks {
  private static final String NAME = "NetBird";

  private final ClusterFacts facts;
  private final List<Check> checks = new ArrayList<>();

  private NetBirdChecks(ClusterFacts facts) {
    this.facts = facts;
  }

  static List<Check> of(ClusterFacts facts) {
    NetBirdChecks made = new NetBirdChecks(facts);
    facts
        .skipped(NAME, ClusterWatcher.NETWORK_ROUTERS)
        .or(() -> facts.skipped(NAME, ClusterWatcher.NETBIRD_DEPLOYMENTS))
        .ifPresentOrElse(made.checks::add, made::checkRouters);
    return made.checks;
  }

  private void checkRouters() {
    NetBirdFacts netBird = facts.netBird();
    netBird.routers().stream().filter(r -> !r.hostNetwork()).forEach(this::addHidden);
    boolean asked = checks.isEmpty();
    Optional<Pod> behind = netBird.pods().stream().filter(pod -> !pod.hostNetwork()).findFirst();
    if (asked && behind.isPresent()) {
      checks.add(
          Check.warning(
              NAME,
              "pod %s/%s is not on the host network yet, though its router asks for it"
                  .formatted(behind.get().namespace(), behind.get().name()),
              "kubectl -n %s get deployments,pods; delete the pod if its Deployment is right"
                  .formatted(behind.get().namespace())));
    } else if (asked && !netBird.routers().isEmpty()) {
      checks.add(
          Check.ok(
              NAME,
              "%s: on the host network"
                  .formatted(
                      String.join(
                          ", ", netBird.routers().stream().map(Router::toString).toList()))));
    }
    checkKubeRouter();
  }

  private void addHidden(Router router) {
    String patch =
        router.networkRouter()
            ? "networkrouter %s --type merge -p '{\"spec\":{\"workloadOverride\":{\"podTemplate\":"
                + "{\"spec\":{\"hostNetwork\":true,\"dnsPolicy\":\"ClusterFirstWithHostNet\"}}}}}'"
            : "deployment %s -p '{\"spec\":{\"template\":{\"spec\":{\"hostNetwork\":true,"
                + "\"dnsPolicy\":\"ClusterFirstWithHostNet\"}}}}'";
    String message =
        "%s is not on the host network: its wt0 is in its own pod, where no node's traffic gets to"
            .formatted(router);
    String remedy =
        facts.release().netBird().equals(Optional.of(router.namespace()))
            ? "the active bridge sets it: see condition NetBirdHostNetwork"
            : "%s --set netbird.hostNetwork=true,netbird.namespace=%s; or kubectl -n %s patch %s"
                .formatted(
                    ReleaseChecks.upgrade(facts),
                    router.namespace(),
                    router.namespace(),
                    patch.formatted(router.name()));
    // With an agent on the hosts themselves, these routers are somebody else's business.
    boolean needed = facts.announced().stream().noneMatch(r -> r.overlayAddress().isPresent());
    checks.add(
        needed ? Check.failure(NAME, message, remedy) : Check.warning(NAME, message, remedy));
  }

  /** k3s enforces NetworkPolicies by kube-router's code, unless that is switched off. */
  private void checkKubeRouter() {
    boolean enforced =
        facts.version().contains("+k3s") && facts.configMap(ClusterWatcher.CILIUM_CONFIG).isEmpty();
    if (enforced && facts.netBird().routers().stream().anyMatch(Router::hostNetwork)) {
      checks.add(
          Check.warning(
              "packet marks",
              "NetBird and k3s's NetworkPolicy controller both use packet mark 0x10000: packets"
                  + " from the overlay to pods may be dropped (netbirdio/netbird#6022)",
              "start k3s with --disable-network-policy, or NetBird's routers with"
                  + " NB_DISABLE_FIREWALL=true"));
    }
  }
}
