package io.regionbridge.router.netlink;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A VXLAN device (RFC 7348) between nodes that know each other by their addresses alone: nothing is
 * learned or flooded. A node's end has a link address made of the node's IP address, so that others
 * need not be configured; who sends gets one neighbour and one forwarding entry for each node that
 * is sent to. Needs CAP_NET_ADMIN. Used by one thread.
 */
public final class VxlanNetlink implements AutoCloseable {
  /** Neither the port of RFC 7348 nor Linux's own, which others use between nodes. */
  public static final int PORT = 8473;

  /** The network identifier. */
  public static final int IDENTIFIER = 0x7262;

  private static final int NEW_NEIGHBOUR = 28;
  private static final int BRIDGE = 7; // AF_BRIDGE
  private static final int PERMANENT = 0x80; // NUD_PERMANENT
  private static final int NO_ARP = 0x40; // NUD_NOARP
  private static final int SELF = 0x02; // NTF_SELF
  private static final int NEIGHBOUR_DESTINATION = 1;
  private static final int NEIGHBOUR_LINK_ADDRESS = 2;

  private static final int LINK_ADDRESS = 1;
  private static final int LINK_AF_SPEC = 26;
  private static final int INFO_DATA = 2;
  private static final int VXLAN_ID = 1;
  private static final int VXLAN_LOCAL = 4;
  private static final int VXLAN_LEARNING = 7;
  private static final int VXLAN_PORT = 15;
  private static final int VXLAN_LOCAL6 = 17;
  private static final int INET_CONF = 1;
  private static final int RP_FILTER = 8; // IPV4_DEVCONF_RP_FILTER
  private static final int LOOSE = 2;
  private static final int SCOPE_LINK = 253; // RT_SCOPE_LINK

  /** Never anybody's destination: the dummy address of RFC 7600. */
  private static final byte[] DUMMY_ADDRESS = {(byte) 192, 0, 0, 8};

  private final String name;
  private final NetlinkSocket socket;
  private final RouteNetlink links;

  private VxlanNetlink(String name, NetlinkSocket socket, RouteNetlink links) {
    this.name = name;
    this.socket = socket;
    this.links = links;
  }

  /** Opens sockets in the calling thread's network namespace; makes nothing yet. */
  public static VxlanNetlink open(String name) throws ErrnoException {
    return new VxlanNetlink(name, NetlinkSocket.open(NetlinkSocket.ROUTE), RouteNetlink.open());
  }

  /** Makes the device, with one of this node's addresses, unless it is there. */
  public void listen(InetAddress own) throws ErrnoException {
    Optional<Link> there = links.link(name);
    if (there.isEmpty()) {
      create(own);
      there = links.link(name);
    }
    if (there.isPresent() && !there.get().up()) {
      loosen(there.get().index());
      setAddress(there.get().index());
      links.setUp(there.get().index(), true);
    }
  }

  /**
   * Adds the entries by which the device, which must exist, reaches a node, and returns its index.
   */
  public int reach(InetAddress node) throws ErrnoException {
    int index =
        links
            .link(name)
            .map(Link::index)
            .orElseThrow(() -> new ErrnoException("sending by " + name, Errno.ENODEV, null));
    byte[] octets = node.getAddress();
    byte[] link = linkAddress(node);
    int family = octets.length == 4 ? LibC.AF_INET : LibC.AF_INET6;
    socket.request(
        neighbour(family, index, PERMANENT, 0)
            .attribute(NEIGHBOUR_DESTINATION, octets)
            .attribute(NEIGHBOUR_LINK_ADDRESS, link),
        "adding a neighbour to " + name);
    socket.request(
        neighbour(BRIDGE, index, PERMANENT | NO_ARP, SELF)
            .attribute(NEIGHBOUR_DESTINATION, octets)
            .attribute(NEIGHBOUR_LINK_ADDRESS, link),
        "adding a forwarding entry to " + name);
    return index;
  }

  @Override
  public void close() {
    socket.close();
    links.close();
  }

  private void create(InetAddress own) throws ErrnoException {
    MessageWriter request =
        link(RouteDecoder.NEW_LINK, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE, 0)
            .string(RouteDecoder.LINK_NAME, name)
            .attribute(LINK_ADDRESS, linkAddress(own));
    int info = request.nest(RouteDecoder.LINK_INFO);
    request.string(RouteDecoder.INFO_KIND, "vxlan");
    int data = request.nest(INFO_DATA);
    byte[] octets = own.getAddress();
    request
        .u32(VXLAN_ID, IDENTIFIER)
        .attribute(octets.length == 4 ? VXLAN_LOCAL : VXLAN_LOCAL6, octets)
        .u8(VXLAN_LEARNING, 0)
        .attribute(VXLAN_PORT, new byte[] {(byte) (PORT >>> 8), (byte) PORT})
        .endNest(data);
    request.endNest(info);
    socket.request(request, "creating vxlan interface " + name);
  }

  /**
   * Has the kernel take pods' packets from this device although it would answer by another. By
   * rtnetlink, since containers cannot write {@code /proc/sys}.
   */
  private void loosen(int index) throws ErrnoException {
    MessageWriter request = link(RouteDecoder.NEW_LINK, 0, index);
    int families = request.nest(LINK_AF_SPEC);
    int inet = request.nest(LibC.AF_INET);
    int settings = request.nest(INET_CONF);
    request.u32(RP_FILTER, LOOSE).endNest(settings);
    request.endNest(inet);
    request.endNest(families);
    socket.request(request, "setting rp_filter of " + name);
  }

  /**
   * Has the kernel take pods' packets from this device at all: even a loose check of the source
   * refuses what comes by another way than it would go, unless the device has an IPv4 address. The
   * address is of this link alone, so that nothing is ever sent from it.
   */
  private void setAddress(int index) throws ErrnoException {
    MessageWriter request =
        new MessageWriter(RouteDecoder.NEW_ADDRESS, NetlinkMessage.CREATE | NetlinkMessage.REPLACE)
            .u8(LibC.AF_INET)
            .u8(Byte.SIZE * DUMMY_ADDRESS.length)
            .u8(0)
            .u8(SCOPE_LINK)
            .u32(index)
            .attribute(RouteDecoder.ADDRESS_LOCAL, DUMMY_ADDRESS);
    socket.request(request, "giving " + name + " an address");
  }

  private static MessageWriter link(int type, int flags, int index) {
    return new MessageWriter(type, flags).u8(0).u8(0).u16(0).u32(index).u32(0).u32(0);
  }

  /** {@code struct ndmsg}. */
  private static MessageWriter neighbour(int family, int index, int state, int flags) {
    return new MessageWriter(NEW_NEIGHBOUR, NetlinkMessage.CREATE | NetlinkMessage.REPLACE)
        .u8(family)
        .u8(0)
        .u16(0)
        .u32(index)
        .u16(state)
        .u8(flags)
        .u8(0);
  }

  /** A locally administered unicast address, the same on every node for one IP address. */
  static byte[] linkAddress(InetAddress node) {
    byte[] octets = node.getAddress();
    byte[] link = {0x0a, 0x72, 0, 0, 0, 0};
    for (int i = 0; i < octets.length; i++) {
      int at = 2 + i % 4;
      link[at] = (byte) (octets.length == 4 ? octets[i] : link[at] * 31 + octets[i]);
    }
    return link;
  }
}
