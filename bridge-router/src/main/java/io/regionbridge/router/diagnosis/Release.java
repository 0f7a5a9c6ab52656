package io.regionbridge.router.diagnosis;

import io.regionbridge.router.settings.RegionSettings;
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
 * @param tunnels whether the bridges make the tunnels, and so have keys
 * @param admin who may ask the bridges; empty: not known
 */
public record Release(
    String namespace,
    String routerLabel,
    RegionSettings.Engine engine,
    Optional<String> netBird,
    boolean multiCluster,
    boolean tunnels,
    Optional<Admin> admin) {
  /**
   * Who may ask the bridges.
   *
   * @param exposed whether the admin address is not one of loopback
   * @param token whether a token is asked for
   */
  public record Admin(boolean exposed, boolean token) {}

  /** Without the Multi-Cluster Services API and tunnels. */
  public Release(
      String namespace,
      String routerLabel,
      RegionSettings.Engine engine,
      Optional<String> netBird) {
    this(namespace, routerLabel, engine, netBird, false, false, Optional.empty());
  }

  /** The chart's defaults. */
  public static Release usual(String namespace, String routerLabel) {
    return new Release(namespace, routerLabel, RegionSettings.Engine.AUTO, Optional.empty());
  }

  /** Whether Cilium has to carry the bridge's policies out. */
  boolean needsCilium() {
    return engine == RegionSettings.Engine.AUTO || engine == RegionSettings.Engine.CILIUM;
  }
}
