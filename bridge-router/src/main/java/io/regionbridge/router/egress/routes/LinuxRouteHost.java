package io.regionbridge.router.egress.routes;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.netlink.NatExemption;
import io.regionbridge.router.netlink.NatTable;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.netlink.RoutingRule;
import io.regionbridge.router.netlink.VxlanFilter;
import io.regionbridge.router.netlink.VxlanNetlink;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's kernel, by rtnetlink and nfnetlink: where plans take effect. Used by one thread. Needs
 * CAP_NET_ADMIN, and nothing of {@code /proc/sys}. It touches only routes and rules that bear
 * {@link #ROUTE_PROTOCOL}, the interface {@link #VXLAN} and its own nftables tables.
 */
public final class LinuxRouteHost implements AutoCloseable {
  /** Marks the routes of agents; none of the numbers that {@code /etc/iproute2/rt_protos} has. */
  public static final int ROUTE_PROTOCOL = 115;

  /** The name of the VXLAN device. */
  public static final String VXLAN = "region-bridge";

  private static final Logger log = LoggerFactory.getLogger(LinuxRouteHost.class);

  /** The table of a machine's own addresses. */
  private static final int LOCAL = 255;

  private final RouteNetlink netlink;
  private final VxlanNetlink vxlan;
  private final NatTable nat;
  private final VxlanFilter filter;

  private LinuxRouteHost(
      RouteNetlink netlink, VxlanNetlink vxlan, NatTable nat, VxlanFilter filter) {
    this.netlink = netlink;
    this.vxlan = vxlan;
    this.nat = nat;
    this.filter = filter;
  }

  /** Opens what is needed, in the calling thread's network namespace. */
  public static LinuxRouteHost open() throws ErrnoException {
    RouteNetlink netlink = RouteNetlink.open();
    try {
      return new LinuxRouteHost(
          netlink, VxlanNetlink.open(VXLAN), NatTable.open(), VxlanFilter.open());
    } catch (ErrnoException e) {
      netlink.close();
      throw e;
    }
  }

  /** Addresses of interfaces that are up. */
  List<InterfaceAddress> addresses() throws IOException {
    Map<Integer, Link> links =
        netlink.links().stream().collect(Collectors.toMap(Link::index, Function.identity()));
    return netlink.addresses().stream()
        .filter(address ->
            Optional.ofNullable(links.get(address.interfaceIndex()))
                .filter(link -> link.up() && !link.name().equals(VXLAN))
                .isPresent())
        .toList();
  }

  List<Link> links() throws IOException {
    return netlink.links();
  }

  /** The routes that an agent made. */
  List<Route> routes() throws IOException {
    return netlink.routes().stream()
        .filter(route -> route.protocol() == ROUTE_PROTOCOL && route.table() == Route.MAIN)
        .toList();
  }

  /**
   * The routes that somebody else made, of all tables but the local one, without default routes.
   */
  List<Route> foreign() throws IOException {
    return foreign(netlink);
  }

  /** Routes that no agent of ours made, of all tables but that of the machine's own addresses. */
  static List<Route> foreign(RouteNetlink netlink) throws ErrnoException {
    return netlink.routes().stream()
        .filter(route -> route.protocol() != ROUTE_PROTOCOL && route.table() != LOCAL)
        .filter(route -> route.destination().prefixLength() > 0)
        .toList();
  }

  /** Replaces the routes in our own table, and our rules. */
  void detour(Map<Cidr, NextHop> hops, List<RoutingRule> rules) throws IOException {
    List<Route> routes = new ArrayList<>();
    for (Map.Entry<Cidr, NextHop> hop : hops.entrySet()) {
      routes.add(route(hop.getKey(), hop.getValue(), DetourTable.TABLE));
    }
    new DetourTable(netlink).keep(routes, rules);
  }

  /** A route by a hop. A device that it needs is created. */
  Route route(Cidr destination, NextHop hop) throws IOException {
    return route(destination, hop, Route.MAIN);
  }

  private Route route(Cidr destination, NextHop hop, int table) throws IOException {
    int index =
        switch (hop) {
          case NextHop.Direct(int interfaceIndex, _) -> interfaceIndex;
          case NextHop.Encapsulated(InetAddress gateway) -> vxlan.reach(gateway);
        };
    return new Route(
        destination,
        index,
        Optional.of(hop.gateway()),
        Optional.empty(),
        table,
        ROUTE_PROTOCOL,
        destination.isIpv6() ? IPV6_METRIC : 0);
  }

  /** IPv6 has no metric below the one that it takes for none. */
  static final int IPV6_METRIC = 512;

  void add(Route route) throws IOException {
    netlink.addRoute(route);
  }

  /** Replaces the route for a destination without a gap. */
  void replace(Route route) throws IOException {
    netlink.replaceRoute(route);
  }

  void delete(Route route) throws IOException {
    netlink.deleteRoute(route);
  }

  /** What keeps its source address, in the words of {@link NatExemption#toString}. */
  List<String> exempt() throws IOException {
    return nat.exempt();
  }

  void exempt(List<NatExemption> exemptions) throws IOException {
    nat.replace(exemptions);
  }

  /** Removes the VXLAN device, if there is one. */
  void removeVxlan() throws IOException {
    Optional<Link> link = netlink.link(VXLAN);
    if (link.isPresent()) {
      netlink.deleteLink(link.get().index());
    }
  }

  /** Creates the VXLAN device for an address of this node, if it does not exist. */
  void addVxlan(InetAddress own) throws IOException {
    vxlan.listen(own);
  }

  /** Accepts encapsulated packets from these senders only; empty: removes the filter. */
  void filterVxlan(Optional<List<Cidr>> senders) throws IOException {
    if (filter.keep(senders)) {
      log.info("wrapped packets are taken from {}", senders.map(List::toString).orElse("anybody"));
    }
  }

  /** The address that this node sends to another by. */
  Optional<InetAddress> source(InetAddress node) throws IOException {
    return netlink.routeTo(node).flatMap(Route::preferredSource);
  }

  @Override
  public void close() {
    netlink.close();
    vxlan.close();
    nat.close();
    filter.close();
  }
}
