package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.loop.Loops;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Watches the little that an agent needs: the Lease of the active gateway and the RouterNodes. The
 * callback only says that it is worth asking again.
 */
public final class GatewayWatcher implements AutoCloseable {
  private final FactStore<Lease, String> lease;
  private final FactStore<GenericKubernetesResource, RouterNodeFacts> routers;
  private final List<ResourceWatch<?>> watches;

  private GatewayWatcher(
      KubernetesClient client,
      String namespace,
      String name,
      Runnable onChange,
      Clock clock,
      Loops loops) {
    lease = new FactStore<>(GatewayWatcher::holder, onChange);
    routers = new FactStore<>(ClusterWatcher.ROUTER_NODE, onChange);
    watches =
        List.of(
            new ResourceWatch<>(
                "leases.coordination.k8s.io/" + name,
                1,
                client.leases().inNamespace(namespace).withField("metadata.name", name),
                lease,
                onChange,
                clock,
                loops),
            new ResourceWatch<>(
                "routernodes.region-bridge.io",
                250,
                client.genericKubernetesResources(ClusterWatcher.ROUTER_NODE.context()),
                routers,
                onChange,
                clock,
                loops));
  }

  /**
   * Starts to watch the Lease {@code name} and the RouterNodes.
   *
   * @param client closed by the caller, after this
   */
  public static GatewayWatcher start(
      KubernetesClient client,
      String namespace,
      String name,
      Runnable onChange,
      Clock clock,
      Loops loops) {
    GatewayWatcher watcher = new GatewayWatcher(client, namespace, name, onChange, clock, loops);
    watcher.watches.forEach(ResourceWatch::start);
    return watcher;
  }

  /** The current view. Any thread. */
  public GatewayView view() {
    boolean known =
        watches.stream()
            .map(ResourceWatch::status)
            .allMatch(status ->
                status instanceof WatchStatus.Current
                    || status instanceof WatchStatus.Failing failing && failing.known());
    return new GatewayView(
        known,
        lease.facts().values().stream().findFirst().filter(holder -> !holder.isEmpty()),
        routers.facts().values().stream()
            .sorted(Comparator.comparing(RouterNodeFacts::name))
            .toList());
  }

  @Override
  public void close() {
    watches.forEach(ResourceWatch::close);
  }

  private static String holder(Lease lease) {
    return Optional.ofNullable(lease.getSpec()).map(spec -> spec.getHolderIdentity()).orElse("");
  }
}
