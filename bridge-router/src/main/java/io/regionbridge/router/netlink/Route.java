package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A unicast route.
 *
 * @param destination a default route has prefix length 0
 * @param interfaceIndex 0: several or none
 * @param preferredSource the address that local programs get for it
 * @param table {@link #MAIN} unless policy routing is used
 * @param protocol who made it, {@code RTPROT_*}
 * @param metric lower is preferred; 0 is IPv4's default
 */
public record Route(
    Cidr destination,
    int interfaceIndex,
    Optional<InetAddress> gateway,
    Optional<InetAddress> preferredSource,
    int table,
    int protocol,
    int metric) {
  /** The table that is used unless rules say otherwise. */
  public static final int MAIN = 254;

  /** Routes that an administrator made. */
  public static final int PROTOCOL_STATIC = 4;

  /** Whether it is for one address alone. */
  public boolean toHost() {
    return destination.equals(Cidr.host(destination.network()));
  }

  /** A route through an interface, in the main table, without a next hop. */
  public static Route through(int interfaceIndex, Cidr destination, int protocol) {
    return new Route(
        destination, interfaceIndex, Optional.empty(), Optional.empty(), MAIN, protocol, 0);
  }
}
