package io.regionbridge.router.diagnosis;

import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;

/**
 * The route that packets of this network namespace take to one address.
 *
 * @param device the interface that they leave by; empty: several or none
 * @param gateway the next hop, if there is one
 * @param mtu of that interface, in octets; 0: not known
 */
public record RouteFacts(String device, Optional<InetAddress> gateway, int mtu) {
  private static final int LOOPBACK_MTU = 65_536;

  /**
   * Asks the kernel. Needs no privilege.
   *
   * @return empty: there is no route
   * @throws IOException if the kernel does not say
   */
  public static Optional<RouteFacts> to(InetAddress address) throws IOException {
    if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
      return Optional.of(new RouteFacts("lo", Optional.empty(), LOOPBACK_MTU));
    }
    try (RouteNetlink netlink = RouteNetlink.open()) {
      Optional<Route> route = netlink.routeTo(address);
      if (route.isEmpty()) {
        return Optional.empty();
      }
      int index = route.get().interfaceIndex();
      Optional<Link> link =
          netlink.links().stream().filter(each -> each.index() == index).findFirst();
      return Optional.of(
          new RouteFacts(
              link.map(Link::name).orElse(""),
              route.get().gateway(),
              link.map(Link::mtu).orElse(0)));
    }
  }
}
