package io.regionbridge.router.netbird;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.NetBirdWorkload;
import io.regionbridge.router.discovery.NetBirdWorkload.Kind;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.WatchStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What has to be written so that NetBird's routers run on the host network. Pure.
 *
 * @param writes the objects that ask for something else; a Deployment that the operator makes from
 *     a NetworkRouter is never among them: the operator would put it back
 * @param routers how many objects decide
 * @param behind Deployments that are not yet what their NetworkRouter asks for
 * @param unreadable why it is not known, if it is not
 */
record HostNetworkPlan(
    List<NetBirdWorkload> writes, int routers, List<String> behind, Optional<String> unreadable) {
  /** What pods on the host network need to resolve names of the cluster. */
  static final String DNS_POLICY = "ClusterFirstWithHostNet";

  HostNetworkPlan {
    writes = List.copyOf(writes);
    behind = List.copyOf(behind);
  }

  static HostNetworkPlan of(ClusterView view) {
    List<NetBirdWorkload> deciding =
        view.netBird().stream()
            .filter(w -> w.kind() == Kind.NETWORK_ROUTER || w.kind() == Kind.LEGACY_DEPLOYMENT)
            .toList();
    List<NetBirdWorkload> writes = deciding.stream().filter(w -> !asItShould(w)).toList();
    return new HostNetworkPlan(
        writes,
        deciding.size(),
        view.netBird().stream()
            .filter(w -> w.kind() == Kind.DEPLOYMENT && !asItShould(w))
            .filter(w -> writes.stream().noneMatch(router -> router.name().equals(w.router())))
            .map(NetBirdWorkload::name)
            .toList(),
        unreadable(view));
  }

  private static boolean asItShould(NetBirdWorkload workload) {
    return workload.hostNetwork() && workload.dnsPolicy().equals(DNS_POLICY);
  }

  /** An operator has one of the two kinds; of the other one it does not even have the resource. */
  private static Optional<String> unreadable(ClusterView view) {
    return Stream.of(ClusterWatcher.NETWORK_ROUTERS, ClusterWatcher.NETBIRD_DEPLOYMENTS)
        .map(resource -> view.statuses().get(resource))
        .filter(status ->
            status instanceof WatchStatus.Failing failing
                && !failing.known()
                && failing.failure().reason() != ReadFailure.Reason.NOT_INSTALLED)
        .map(status -> ((WatchStatus.Failing) status).failure().toString())
        .findFirst();
  }
}
