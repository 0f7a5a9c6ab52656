package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Reads rtnetlink's messages ({@code linux/rtnetlink.h}, {@code linux/if_link.h}). */
final class RouteDecoder {
  static final int NEW_LINK = 16;
  static final int NEW_ADDRESS = 20;
  static final int NEW_ROUTE = 24;
  static final int NEW_RULE = 32;

  static final int LINK_NAME = 3;
  static final int LINK_MTU = 4;
  static final int LINK_INFO = 18;
  static final int INFO_KIND = 1;
  static final int IFF_UP = 1;

  static final int ADDRESS_PEER = 1;
  static final int ADDRESS_LOCAL = 2;

  static final int ROUTE_DESTINATION = 1;
  static final int ROUTE_INTERFACE = 4;
  static final int ROUTE_GATEWAY = 5;
  static final int ROUTE_METRIC = 6;
  static final int ROUTE_PREFERRED_SOURCE = 7;
  static final int ROUTE_TABLE = 15;
  static final int UNICAST = 1;

  static final int RULE_DESTINATION = 1;
  static final int RULE_SOURCE = 2;
  static final int RULE_PRIORITY = 6;
  static final int RULE_TABLE = 15;
  static final int RULE_PROTOCOL = 21;
  static final int LOOK_UP = 1; // FR_ACT_TO_TBL

  private static final int LINK_HEADER = 16;
  private static final int ADDRESS_HEADER = 8;
  private static final int ROUTE_HEADER = 12;

  private RouteDecoder() {}

  static Optional<Link> link(NetlinkMessage message) throws MalformedMessageException {
    if (message.type() != NEW_LINK) {
      return Optional.empty();
    }
    ByteBuffer header = header(message, LINK_HEADER);
    String name = "";
    Optional<String> kind = Optional.empty();
    int mtu = 0;
    for (Attribute attribute : attributes(message, LINK_HEADER)) {
      switch (attribute.type()) {
        case LINK_NAME -> name = attribute.interfaceName();
        case LINK_MTU -> mtu = attribute.u32();
        case LINK_INFO -> kind = kind(attribute.nested());
        default -> {}
      }
    }
    return Optional.of(
        new Link(header.getInt(4), name, kind, mtu, (header.getInt(8) & IFF_UP) != 0));
  }

  static Optional<InterfaceAddress> address(NetlinkMessage message)
      throws MalformedMessageException {
    if (message.type() != NEW_ADDRESS) {
      return Optional.empty();
    }
    ByteBuffer header = header(message, ADDRESS_HEADER);
    InetAddress address = null;
    for (Attribute attribute : attributes(message, ADDRESS_HEADER)) {
      // On a point-to-point interface the first is the far end's, the second ours.
      if (attribute.type() == ADDRESS_LOCAL
          || attribute.type() == ADDRESS_PEER && address == null) {
        address = attribute.address();
      }
    }
    int prefix = Byte.toUnsignedInt(header.get(1));
    if (address == null || prefix > address.getAddress().length * Byte.SIZE) {
      throw new MalformedMessageException(
          "an interface address has no address or too long a prefix");
    }
    return Optional.of(new InterfaceAddress(header.getInt(4), address, prefix));
  }

  /** A route, unless it is of another kind than unicast. */
  static Optional<Route> route(NetlinkMessage message) throws MalformedMessageException {
    if (message.type() != NEW_ROUTE) {
      return Optional.empty();
    }
    ByteBuffer header = header(message, ROUTE_HEADER);
    int family = Byte.toUnsignedInt(header.get(0));
    if (header.get(7) != UNICAST || family != LibC.AF_INET && family != LibC.AF_INET6) {
      return Optional.empty();
    }
    InetAddress destination = Attribute.address(new byte[family == LibC.AF_INET ? 4 : 16]);
    int table = Byte.toUnsignedInt(header.get(4));
    int interfaceIndex = 0;
    int metric = 0;
    Optional<InetAddress> gateway = Optional.empty();
    Optional<InetAddress> source = Optional.empty();
    for (Attribute attribute : attributes(message, ROUTE_HEADER)) {
      switch (attribute.type()) {
        case ROUTE_DESTINATION -> destination = attribute.address();
        case ROUTE_INTERFACE -> interfaceIndex = attribute.u32();
        case ROUTE_GATEWAY -> gateway = Optional.of(attribute.address());
        case ROUTE_PREFERRED_SOURCE -> source = Optional.of(attribute.address());
        case ROUTE_METRIC -> metric = attribute.u32();
        case ROUTE_TABLE -> table = attribute.u32();
        default -> {}
      }
    }
    Cidr range;
    try {
      range = new Cidr(destination, Byte.toUnsignedInt(header.get(1)));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("a route's destination is no range: " + e.getMessage());
    }
    return Optional.of(
        new Route(
            range,
            interfaceIndex,
            gateway,
            source,
            table,
            Byte.toUnsignedInt(header.get(5)),
            metric));
  }

  /** A rule that looks a destination up; others are of no interest. */
  static Optional<RoutingRule> rule(NetlinkMessage message) throws MalformedMessageException {
    if (message.type() != NEW_RULE) {
      return Optional.empty();
    }
    ByteBuffer header = header(message, ROUTE_HEADER);
    int table = Byte.toUnsignedInt(header.get(4));
    int priority = 0;
    int protocol = 0;
    Optional<InetAddress> from = Optional.empty();
    Optional<InetAddress> to = Optional.empty();
    for (Attribute attribute : attributes(message, ROUTE_HEADER)) {
      switch (attribute.type()) {
        case RULE_DESTINATION -> to = Optional.of(attribute.address());
        case RULE_SOURCE -> from = Optional.of(attribute.address());
        case RULE_PRIORITY -> priority = attribute.u32();
        case RULE_TABLE -> table = attribute.u32();
        case RULE_PROTOCOL -> protocol = Byte.toUnsignedInt(attribute.value().get(0));
        default -> {}
      }
    }
    if (to.isEmpty() || header.get(7) != LOOK_UP) {
      return Optional.empty();
    }
    try {
      int octetsFrom = Byte.toUnsignedInt(header.get(2));
      return Optional.of(
          new RoutingRule(
              from.map(address -> new Cidr(address, octetsFrom)),
              new Cidr(to.get(), Byte.toUnsignedInt(header.get(1))),
              table,
              priority,
              protocol));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new MalformedMessageException("a rule's range is none: " + e.getMessage());
    }
  }

  private static Optional<String> kind(List<Attribute> info) {
    return info.stream().filter(a -> a.type() == INFO_KIND).map(Attribute::string).findFirst();
  }

  private static ByteBuffer header(NetlinkMessage message, int length)
      throws MalformedMessageException {
    if (message.payload().limit() < length) {
      throw new MalformedMessageException(
          "the header of message " + message.type() + " is cut off");
    }
    return message.payload();
  }

  private static List<Attribute> attributes(NetlinkMessage message, int header)
      throws MalformedMessageException {
    ByteBuffer payload = message.payload();
    return Attribute.parse(payload.duplicate().order(payload.order()).position(header));
  }
}
