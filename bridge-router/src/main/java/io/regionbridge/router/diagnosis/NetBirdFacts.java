package io.regionbridge.router.diagnosis;

import java.util.List;

/**
 * The routers of NetBird's operator.
 *
 * @param routers the objects that decide how they run
 * @param pods of these routers
 */
public record NetBirdFacts(List<Router> routers, List<Pod> pods) {
  /** Nothing of it is there. */
  public static final NetBirdFacts NONE = new NetBirdFacts(List.of(), List.of());

  public NetBirdFacts {
    routers = List.copyOf(routers);
    pods = List.copyOf(pods);
  }

  /**
   * A NetworkRouter of {@code netbird.io/v1alpha1}, or the Deployment of the older operator.
   *
   * @param hostNetwork whether it asks for pods on the host network
   */
  public record Router(String namespace, String name, boolean networkRouter, boolean hostNetwork) {
    @Override
    public String toString() {
      return (networkRouter ? "NetworkRouter " : "Deployment ") + namespace + "/" + name;
    }
  }

  /** A pod of one of them. */
  public record Pod(String namespace, String name, boolean hostNetwork) {}
}
