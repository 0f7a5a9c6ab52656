package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.wireguard.Device;
import java.util.Optional;
import java.util.Set;

/**
 * The device, its interface and its routes as they are: what a plan is compared with.
 *
 * @param link the interface, if it exists
 * @param addresses of the interface, but for those of link-local scope, which the kernel gives
 * @param device if the interface exists
 * @param routes that this project made through the interface
 */
public record ObservedTunnel(
    Optional<Link> link, Set<OverlayAddress> addresses, Optional<Device> device, Set<Cidr> routes) {
  /** Nothing is there. */
  public static final ObservedTunnel NONE =
      new ObservedTunnel(Optional.empty(), Set.of(), Optional.empty(), Set.of());

  public ObservedTunnel {
    addresses = Set.copyOf(addresses);
    routes = Set.copyOf(routes);
  }
}
