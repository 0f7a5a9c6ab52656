package io.regionbridge.router.diagnosis;

import io.regionbridge.router.egress.EgressSettings;
import java.util.Optional;

/**
 * How the bridge was installed, as far as a cluster is judged by it.
 *
 * @param namespace that it is in
 * @param routerLabel {@code key=value} or {@code key}
 * @param engine who sends pods' traffic to the active gateway
 * @param netBird the namespace of NetBird's routers, if the bridge is to keep them on the host
 *     network
 * @param multiCluster whether the Multi-Cluster Services API is on
 */
public record Release(
    String namespace,
    String routerLabel,
    EgressSettings.Engine engine,
    Optional<String> netBird,
    boolean multiCluster) {
  /** Without the Multi-Cluster Services API. */
  public Release(
      String namespace,
      String routerLabel,
      EgressSettings.Engine engine,
      Optional<String> netBird) {
    this(namespace, routerLabel, engine, netBird, false);
  }

  /** The chart's defaults. */
  public static Release usual(String namespace, String routerLabel) {
    return new Release(namespace, routerLabel, EgressSettings.Engine.AUTO, Optional.empty());
  }

  /** Whether Cilium has to carry the bridge's policies out. */
  boolean needsCilium() {
    return engine == EgressSettings.Engine.AUTO || engine == EgressSettings.Engine.CILIUM;
  }
}
