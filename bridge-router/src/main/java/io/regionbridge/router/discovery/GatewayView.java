package io.regionbridge.router.discovery;

import java.util.List;
import java.util.Optional;

/**
 * What nodes have to know of the gateways of their region.
 *
 * @param known whether all of it was read once; what was read last stays in force
 * @param holder the node that holds the role of the active gateway; empty while it changes hands
 * @param routers the router nodes, by name
 */
public record GatewayView(boolean known, Optional<String> holder, List<RouterNodeFacts> routers) {
  public GatewayView {
    routers = List.copyOf(routers);
  }

  /** A router node. */
  public Optional<RouterNodeFacts> router(String name) {
    return routers.stream().filter(r -> r.name().equals(name)).findFirst();
  }
}
