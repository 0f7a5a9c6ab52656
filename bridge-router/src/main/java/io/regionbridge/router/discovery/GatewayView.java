package io.regionbridge.router.discovery;

import java.util.List;
import java.util.Optional;

/**
 * What nodes must know of the gateways of their region.
 *
 * @param known whether all of it was read once
 * @param holder the node of the active gateway; empty while the role moves
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
