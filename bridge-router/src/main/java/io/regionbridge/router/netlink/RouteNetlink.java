package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lists and changes links, addresses and routes by rtnetlink (RFC 3549, section 3). Listing needs
 * no privilege, changing needs CAP_NET_ADMIN. Calls of several threads queue up.
 */
public final class RouteNetlink implements AutoCloseable {
  private static final int DELETE_LINK = 17;
  private static final int GET_LINK = 18;
  private static final int DELETE_ADDRESS = 21;
  private static final int GET_ADDRESS = 22;
  private static final int DELETE_ROUTE = 25;
  private static final int GET_ROUTE = 26;
  private static final int DELETE_RULE = 33;
  private static final int GET_RULE = 34;

  private static final int SCOPE_UNIVERSE = 0;
  private static final int SCOPE_LINK = 253;
  private static final int SCOPE_NOWHERE = 255; // matches any when deleting
  private static final int ONLINK = 4; // RTNH_F_ONLINK
  private static final int FIB_MATCH = 0; // flags of a look-up: the route as it is used

  /**
   * What a look-up answers where there is no route, or one that is unreachable, prohibit or
   * blackhole.
   */
  private static final Set<Errno> NO_ROUTE =
      Set.of(Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EACCES, Errno.EINVAL);

  private final NetlinkSocket socket;

  private RouteNetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static RouteNetlink open() throws ErrnoException {
    return new RouteNetlink(NetlinkSocket.open(NetlinkSocket.ROUTE));
  }

  /** All interfaces. */
  public List<Link> links() throws ErrnoException {
    return list(
        linkHeader(GET_LINK, NetlinkMessage.DUMP, 0, 0, 0), "listing links", RouteDecoder::link);
  }

  /** The interface with this name, if there is one. */
  public Optional<Link> link(String name) throws ErrnoException {
    MessageWriter request = linkHeader(GET_LINK, 0, 0, 0, 0).string(RouteDecoder.LINK_NAME, name);
    List<Link> found = new ArrayList<>();
    try {
      socket.request(
          request, "reading link " + name, m -> RouteDecoder.link(m).ifPresent(found::add));
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENODEV)) {
        return Optional.empty();
      }
      throw e;
    }
    return found.stream().findFirst();
  }

  /**
   * Creates an interface of a kind such as {@code wireguard} or {@code dummy}.
   *
   * @throws ErrnoException EEXIST if the name is taken, EOPNOTSUPP if the kernel does not know the
   *     kind
   */
  public void createLink(String name, String kind) throws ErrnoException {
    MessageWriter request =
        linkHeader(RouteDecoder.NEW_LINK, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE, 0, 0, 0)
            .string(RouteDecoder.LINK_NAME, name);
    int info = request.nest(RouteDecoder.LINK_INFO);
    request.string(RouteDecoder.INFO_KIND, kind).endNest(info);
    socket.request(request, "creating " + kind + " interface " + name);
  }

  /** Deletes an interface and with it its addresses and routes. */
  public void deleteLink(int index) throws ErrnoException {
    socket.request(linkHeader(DELETE_LINK, 0, index, 0, 0), "deleting interface " + index);
  }

  /** Switches an interface on or off. */
  public void setUp(int index, boolean up) throws ErrnoException {
    socket.request(
        linkHeader(
            RouteDecoder.NEW_LINK, 0, index, up ? RouteDecoder.IFF_UP : 0, RouteDecoder.IFF_UP),
        "switching interface " + index + (up ? " on" : " off"));
  }

  /** Sets the largest packet of an interface, in octets. */
  public void setMtu(int index, int mtu) throws ErrnoException {
    socket.request(
        linkHeader(RouteDecoder.NEW_LINK, 0, index, 0, 0).u32(RouteDecoder.LINK_MTU, mtu),
        "setting the MTU of interface " + index + " to " + mtu);
  }

  /** The addresses of all interfaces. */
  public List<InterfaceAddress> addresses() throws ErrnoException {
    return list(
        addressHeader(GET_ADDRESS, NetlinkMessage.DUMP, 0, 0, 0),
        "listing addresses",
        RouteDecoder::address);
  }

  /** Adds an address to an interface; nothing happens if it has it. */
  public void addAddress(InterfaceAddress address) throws ErrnoException {
    changeAddress(
        RouteDecoder.NEW_ADDRESS,
        NetlinkMessage.CREATE | NetlinkMessage.REPLACE,
        address,
        "adding address ");
  }

  /** Removes an address from an interface; EADDRNOTAVAIL if it does not have it. */
  public void deleteAddress(InterfaceAddress address) throws ErrnoException {
    changeAddress(DELETE_ADDRESS, 0, address, "deleting address ");
  }

  /** The unicast routes of all tables, IPv4 and IPv6. */
  public List<Route> routes() throws ErrnoException {
    List<Route> routes = new ArrayList<>();
    for (int family : new int[] {LibC.AF_INET, LibC.AF_INET6}) {
      routes.addAll(
          list(
              routeHeader(GET_ROUTE, NetlinkMessage.DUMP, family, 0, 0, 0, 0, 0),
              "listing routes",
              RouteDecoder::route));
    }
    return routes;
  }

  /** The route that packets to an address take now, unless there is none or it discards them. */
  public Optional<Route> routeTo(InetAddress destination) throws ErrnoException {
    byte[] octets = destination.getAddress();
    MessageWriter request =
        routeHeader(GET_ROUTE, FIB_MATCH, family(octets), octets.length * Byte.SIZE, 0, 0, 0, 0)
            .attribute(RouteDecoder.ROUTE_DESTINATION, octets);
    List<Route> found = new ArrayList<>();
    try {
      socket.request(
          request,
          "finding the route to " + IpLiteral.format(destination),
          m -> RouteDecoder.route(m).ifPresent(found::add));
    } catch (ErrnoException e) {
      if (NO_ROUTE.contains(e.errno())) {
        return Optional.empty();
      }
      throw e;
    }
    return found.stream().findFirst();
  }

  /** Adds a route; EEXIST if the table has one for this destination with this metric. */
  public void addRoute(Route route) throws ErrnoException {
    changeRoute(
        RouteDecoder.NEW_ROUTE,
        NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE,
        route,
        "adding a route to ");
  }

  /** Adds a route in place of the one that the table has for this destination and metric. */
  public void replaceRoute(Route route) throws ErrnoException {
    changeRoute(
        RouteDecoder.NEW_ROUTE,
        NetlinkMessage.CREATE | NetlinkMessage.REPLACE,
        route,
        "replacing the route to ");
  }

  /** Deletes a route; ESRCH if there is none. */
  public void deleteRoute(Route route) throws ErrnoException {
    changeRoute(DELETE_ROUTE, 0, route, "deleting the route to ");
  }

  /** The rules that look a destination up in a table, IPv4 and IPv6. */
  public List<RoutingRule> rules() throws ErrnoException {
    List<RoutingRule> rules = new ArrayList<>();
    for (int family : new int[] {LibC.AF_INET, LibC.AF_INET6}) {
      rules.addAll(
          list(
              routeHeader(GET_RULE, NetlinkMessage.DUMP, family, 0, 0, 0, 0, 0),
              "listing rules",
              RouteDecoder::rule));
    }
    return rules;
  }

  /** Adds a rule; nothing happens if it is there. */
  public void addRule(RoutingRule rule) throws ErrnoException {
    try {
      changeRule(
          RouteDecoder.NEW_RULE, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE, rule, "adding");
    } catch (ErrnoException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  /** Deletes a rule; ENOENT if there is none. */
  public void deleteRule(RoutingRule rule) throws ErrnoException {
    changeRule(DELETE_RULE, 0, rule, "deleting");
  }

  @Override
  public void close() {
    socket.close();
  }

  private void changeAddress(int type, int flags, InterfaceAddress address, String doing)
      throws ErrnoException {
    byte[] octets = address.address().getAddress();
    MessageWriter request =
        addressHeader(type, flags, family(octets), address.prefixLength(), address.interfaceIndex())
            .attribute(RouteDecoder.ADDRESS_LOCAL, octets)
            .attribute(RouteDecoder.ADDRESS_PEER, octets);
    socket.request(request, doing + address + " of interface " + address.interfaceIndex());
  }

  /** {@code struct fib_rule_hdr} has the layout of {@code struct rtmsg}. */
  private void changeRule(int type, int flags, RoutingRule rule, String doing)
      throws ErrnoException {
    byte[] to = rule.to().network().getAddress();
    MessageWriter request =
        new MessageWriter(type, flags)
            .u8(family(to))
            .u8(rule.to().prefixLength())
            .u8(rule.from().map(Cidr::prefixLength).orElse(0))
            .u8(0) // type of service
            .u8(rule.table() < 256 ? rule.table() : 0)
            .u8(0)
            .u8(0)
            .u8(RouteDecoder.LOOK_UP)
            .u32(0)
            .attribute(RouteDecoder.RULE_DESTINATION, to);
    rule.from()
        .ifPresent(
            from -> request.attribute(RouteDecoder.RULE_SOURCE, from.network().getAddress()));
    request
        .u32(RouteDecoder.RULE_PRIORITY, rule.priority())
        .u32(RouteDecoder.RULE_TABLE, rule.table())
        .u8(RouteDecoder.RULE_PROTOCOL, rule.protocol());
    socket.request(request, doing + " rule " + rule);
  }

  private void changeRoute(int type, int flags, Route route, String doing) throws ErrnoException {
    byte[] octets = route.destination().network().getAddress();
    int scope =
        type == DELETE_ROUTE
            ? SCOPE_NOWHERE
            : route.gateway().isPresent() || octets.length == 16 ? SCOPE_UNIVERSE : SCOPE_LINK;
    MessageWriter request =
        routeHeader(
            type,
            flags,
            family(octets),
            route.destination().prefixLength(),
            route.table() < 256 ? route.table() : 0,
            route.protocol(),
            scope,
            RouteDecoder.UNICAST,
            // A next hop need not be in a range of the interface's own addresses.
            route.gateway().isPresent() && route.interfaceIndex() != 0 ? ONLINK : 0);
    request
        .attribute(RouteDecoder.ROUTE_DESTINATION, octets)
        .u32(RouteDecoder.ROUTE_TABLE, route.table());
    if (route.interfaceIndex() != 0) {
      request.u32(RouteDecoder.ROUTE_INTERFACE, route.interfaceIndex());
    }
    route.gateway().ifPresent(g -> request.attribute(RouteDecoder.ROUTE_GATEWAY, g.getAddress()));
    route
        .preferredSource()
        .ifPresent(s -> request.attribute(RouteDecoder.ROUTE_PREFERRED_SOURCE, s.getAddress()));
    if (route.metric() != 0) {
      request.u32(RouteDecoder.ROUTE_METRIC, route.metric());
    }
    socket.request(request, doing + route.destination());
  }

  /** Reads one message as what a list is of, if it is that. */
  @FunctionalInterface
  private interface Decoder<T> {
    Optional<T> decode(NetlinkMessage message) throws MalformedMessageException;
  }

  private <T> List<T> list(MessageWriter request, String doing, Decoder<T> decoder)
      throws ErrnoException {
    List<T> found = new ArrayList<>();
    socket.dump(
        request,
        doing,
        new NetlinkSocket.DumpAnswers() {
          @Override
          public void restart() {
            found.clear();
          }

          @Override
          public void take(NetlinkMessage message) throws MalformedMessageException {
            decoder.decode(message).ifPresent(found::add);
          }
        });
    return found;
  }

  /** {@code struct ifinfomsg}. */
  private static MessageWriter linkHeader(
      int type, int flags, int index, int interfaceFlags, int change) {
    return new MessageWriter(type, flags)
        .u8(0) // AF_UNSPEC
        .u8(0)
        .u16(0)
        .u32(index)
        .u32(interfaceFlags)
        .u32(change);
  }

  /** {@code struct ifaddrmsg}. */
  private static MessageWriter addressHeader(
      int type, int flags, int family, int prefixLength, int index) {
    return new MessageWriter(type, flags)
        .u8(family)
        .u8(prefixLength)
        .u8(0)
        .u8(SCOPE_UNIVERSE)
        .u32(index);
  }

  /** {@code struct rtmsg}. */
  private static MessageWriter routeHeader(
      int type,
      int flags,
      int family,
      int prefixLength,
      int table,
      int protocol,
      int scope,
      int kind) {
    return routeHeader(type, flags, family, prefixLength, table, protocol, scope, kind, 0);
  }

  private static MessageWriter routeHeader(
      int type,
      int flags,
      int family,
      int prefixLength,
      int table,
      int protocol,
      int scope,
      int kind,
      int routeFlags) {
    return new MessageWriter(type, flags)
        .u8(family)
        .u8(prefixLength)
        .u8(0) // source prefix
        .u8(0) // type of service
        .u8(table)
        .u8(protocol)
        .u8(scope)
        .u8(kind)
        .u32(routeFlags);
  }

  private static int family(byte[] octets) {
    return octets.length == 4 ? LibC.AF_INET : LibC.AF_INET6;
  }
}
