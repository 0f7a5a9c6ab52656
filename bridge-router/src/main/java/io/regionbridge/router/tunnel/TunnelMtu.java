package io.regionbridge.router.tunnel;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.wireguard.PeerEndpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The largest packet that fits into the tunnel without being cut up outside: what the interface
 * towards the peers carries, less what WireGuard puts around a packet.
 */
public final class TunnelMtu {
  /**
   * IPv6 header 40, UDP 8, WireGuard 32. With IPv4 it is 60; a peer may change from one to the
   * other.
   */
  public static final int OVERHEAD = 80;

  /** For Ethernet's 1500. */
  public static final int DEFAULT = 1500 - OVERHEAD;

  /** IPv6 needs this much (RFC 8200, section 5). */
  public static final int LEAST = 1280;

  private TunnelMtu() {}

  /** The MTU for a tunnel over interfaces with these MTUs; {@link #DEFAULT} for none. */
  public static int over(Collection<Integer> mtus) {
    return mtus.stream()
        .min(Integer::compare)
        .map(m -> Math.max(LEAST, m - OVERHEAD))
        .orElse(DEFAULT);
  }

  /** The MTU for a tunnel to these endpoints, by the routes that this system has to them now. */
  public static int to(Collection<PeerEndpoint> endpoints, RouteNetlink netlink)
      throws ErrnoException {
    List<Link> links = netlink.links();
    List<Integer> mtus = new ArrayList<>();
    for (PeerEndpoint endpoint : endpoints) {
      Optional<Route> route = netlink.routeTo(endpoint.address());
      links.stream()
          .filter(l -> route.isPresent() && l.index() == route.get().interfaceIndex())
          .forEach(l -> mtus.add(l.mtu()));
    }
    return over(mtus);
  }
}
