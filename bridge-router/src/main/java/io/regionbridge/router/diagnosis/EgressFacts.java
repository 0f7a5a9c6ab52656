package io.regionbridge.router.diagnosis;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.linux.KernelFile;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.tunnel.TunnelDriver;
import io.regionbridge.router.tunnel.TunnelDrivers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a router node's kernel does with traffic for peers.
 *
 * @param mtu of the overlay's interface, in octets; 0: unknown
 * @param ways routes of the ranges that are sent to peers
 * @param own routes of this region's pod ranges
 * @param sourceMark whether replies' marks count when their source is checked
 * @param fwmark of the WireGuard device; 0: none, or unknown
 * @param tunnelUp whether a tunnel is known to be up, so that packets with this mark pass
 * @param ciliumDevices the interfaces on which Cilium translates; empty: it finds them by itself,
 *     or is absent
 * @param ciliumMtu in Cilium's settings; 0: none; empty: there is no Cilium
 */
public record EgressFacts(
    String overlay,
    int mtu,
    List<RangeRoute> ways,
    List<RangeRoute> own,
    boolean sourceMark,
    int fwmark,
    boolean tunnelUp,
    Optional<String> ciliumDevices,
    Optional<Integer> ciliumMtu) {
  private static final Logger log = LoggerFactory.getLogger(EgressFacts.class);

  public EgressFacts {
    ways = List.copyOf(ways);
    own = List.copyOf(own);
  }

  /** The interface of the route to a range, if there is one. */
  public record RangeRoute(Cidr range, Optional<String> interfaceName) {}

  /**
   * Asks the kernel of the calling thread's network namespace. Needs no privilege.
   *
   * @param ranges that are sent to peers
   * @param pods this region's pod ranges
   * @throws IOException if it does not answer
   */
  public static EgressFacts read(
      String overlay,
      List<Cidr> ranges,
      List<Cidr> pods,
      boolean tunnelUp,
      Optional<String> ciliumDevices,
      Optional<Integer> ciliumMtu)
      throws IOException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      Map<Integer, String> names =
          netlink.links().stream().collect(Collectors.toMap(Link::index, Link::name));
      return new EgressFacts(
          overlay,
          netlink.link(overlay).map(Link::mtu).orElse(0),
          ways(netlink, ranges, names),
          ways(netlink, pods, names),
          isSet(Path.of("/proc/sys/net/ipv4/conf/all/src_valid_mark"))
              || isSet(Path.of("/proc/sys/net/ipv4/conf", overlay, "src_valid_mark")),
          fwmark(overlay),
          tunnelUp,
          ciliumDevices,
          ciliumMtu);
    }
  }

  private static List<RangeRoute> ways(
      RouteNetlink netlink, List<Cidr> ranges, Map<Integer, String> names) throws ErrnoException {
    List<RangeRoute> ways = new ArrayList<>();
    for (Cidr range : ranges) {
      ways.add(new RangeRoute(range, way(netlink, range).map(names::get)));
    }
    return ways;
  }

  private static Optional<Integer> way(RouteNetlink netlink, Cidr range) throws ErrnoException {
    return netlink.routeTo(range.network()).map(Route::interfaceIndex);
  }

  private static boolean isSet(Path setting) {
    try {
      return KernelFile.read(setting).equals("1");
    } catch (IOException e) {
      return false; // not Linux, or no such interface
    }
  }

  /** The mark of the device's packets; 0 where it cannot be read, which another check tells of. */
  private static int fwmark(String overlay) {
    try {
      Optional<TunnelDriver> driver = TunnelDrivers.forInterface(overlay);
      if (driver.isEmpty()) {
        return 0;
      }
      try (TunnelDriver opened = driver.get()) {
        return opened.read().fwmark();
      }
    } catch (IOException e) {
      log.debug("{}: cannot read the device", overlay, e);
      return 0;
    }
  }
}
