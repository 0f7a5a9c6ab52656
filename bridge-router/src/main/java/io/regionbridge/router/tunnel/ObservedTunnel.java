package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.wireguard.Device;
import java.util.Optional;
import java.util.Set;

/**
 * The actual device, interface and routes, to be compared with a plan.
 *
 * @param link if the interface exists, as does {@code device}
 * @param addresses without link-local ones, which the kernel assigns
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
