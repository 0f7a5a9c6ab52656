package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.DeviceUpdate;
import io.regionbridge.router.wireguard.Key;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PeerUpdate;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes an update as {@code WG_CMD_SET_DEVICE} messages, as many as it takes: an attribute holds
 * at most 64 KiB, the list of all peers is one attribute, and so are the allowed IPs of a peer.
 * What was to be replaced is so in the first message only, or each would undo the one before.
 */
final class WireGuardEncoder {
  /** Half of what an attribute can hold, and well within any socket's send buffer. */
  static final int MESSAGE_LIMIT = 32 << 10;

  /** No peer without its allowed IPs, and no allowed IP, takes more octets. */
  private static final int PEER_ROOM = 256;

  private static final int ALLOWED_IP_ROOM = 48;

  private final int family;
  private final String interfaceName;
  private final List<MessageWriter> messages = new ArrayList<>();
  private MessageWriter out;
  private int peersStart;

  private WireGuardEncoder(int family, String interfaceName) {
    this.family = family;
    this.interfaceName = interfaceName;
    out = start();
  }

  /**
   * The messages of an update, to be sent in order.
   *
   * @param family number of the family {@code wireguard}
   */
  static List<MessageWriter> set(int family, String interfaceName, DeviceUpdate update) {
    WireGuardEncoder encoder = new WireGuardEncoder(family, interfaceName);
    encoder.addDevice(update);
    encoder.peersStart = encoder.out.nest(WireGuardApi.DEVICE_PEERS);
    update.peers().forEach(encoder::addPeer);
    encoder.out.endNest(encoder.peersStart);
    return encoder.messages;
  }

  static MessageWriter get(int family, String interfaceName) {
    return header(family, NetlinkMessage.DUMP, WireGuardApi.GET_DEVICE)
        .string(WireGuardApi.DEVICE_IFNAME, interfaceName);
  }

  private void addDevice(DeviceUpdate update) {
    update.privateKey().ifPresent(key -> addKey(WireGuardApi.DEVICE_PRIVATE_KEY, key));
    update.listenPort().ifPresent(port -> out.u16(WireGuardApi.DEVICE_LISTEN_PORT, port));
    update.fwmark().ifPresent(mark -> out.u32(WireGuardApi.DEVICE_FWMARK, mark));
  }

  private void addPeer(PeerUpdate peer) {
    if (out.size() > MESSAGE_LIMIT - PEER_ROOM) {
      nextMessage();
    }
    int flags =
        switch (peer.kind()) {
          case ADD -> 0;
          case MODIFY -> WireGuardApi.PEER_F_UPDATE_ONLY;
          case REMOVE -> WireGuardApi.PEER_F_REMOVE_ME;
        };
    int first = flags | (peer.replaceAllowedIps() ? WireGuardApi.PEER_F_REPLACE_ALLOWEDIPS : 0);
    int start = startPeer(peer, first);
    peer.presharedKey().ifPresent(key -> addKey(WireGuardApi.PEER_PRESHARED_KEY, key));
    peer.endpoint().ifPresent(to -> out.attribute(WireGuardApi.PEER_ENDPOINT, socketAddress(to)));
    peer.persistentKeepalive()
        .ifPresent(s -> out.u16(WireGuardApi.PEER_PERSISTENT_KEEPALIVE_INTERVAL, s));
    int ranges = out.nest(WireGuardApi.PEER_ALLOWEDIPS);
    for (Cidr range : peer.allowedIps()) {
      if (out.size() > MESSAGE_LIMIT - ALLOWED_IP_ROOM) {
        out.endNest(ranges).endNest(start);
        nextMessage();
        start = startPeer(peer, flags);
        ranges = out.nest(WireGuardApi.PEER_ALLOWEDIPS);
      }
      addAllowedIp(range);
    }
    out.endNest(ranges).endNest(start);
  }

  private int startPeer(PeerUpdate peer, int flags) {
    int start = out.nest(0);
    out.attribute(WireGuardApi.PEER_PUBLIC_KEY, peer.publicKey().bytes());
    if (flags != 0) {
      out.u32(WireGuardApi.PEER_FLAGS, flags);
    }
    return start;
  }

  private void addAllowedIp(Cidr range) {
    byte[] octets = range.network().getAddress();
    int start = out.nest(0);
    out.u16(WireGuardApi.ALLOWEDIP_FAMILY, octets.length == 4 ? LibC.AF_INET : LibC.AF_INET6)
        .attribute(WireGuardApi.ALLOWEDIP_IPADDR, octets)
        .u8(WireGuardApi.ALLOWEDIP_CIDR_MASK, range.prefixLength())
        .endNest(start);
  }

  private void addKey(int type, Key key) {
    byte[] octets = key.bytes();
    out.attribute(type, octets);
    Arrays.fill(octets, (byte) 0);
  }

  private void nextMessage() {
    out.endNest(peersStart);
    out = start();
    peersStart = out.nest(WireGuardApi.DEVICE_PEERS);
  }

  private MessageWriter start() {
    MessageWriter message =
        header(family, 0, WireGuardApi.SET_DEVICE)
            .string(WireGuardApi.DEVICE_IFNAME, interfaceName);
    messages.add(message);
    return message;
  }

  private static MessageWriter header(int family, int flags, int command) {
    return new MessageWriter(family, flags).u8(command).u8(WireGuardApi.VERSION).u16(0);
  }

  private static byte[] socketAddress(PeerEndpoint to) {
    byte[] octets = to.address().getAddress();
    boolean ipv4 = octets.length == 4;
    ByteBuffer address = ByteBuffer.allocate(ipv4 ? 16 : 28).order(ByteOrder.nativeOrder());
    address.putShort((short) (ipv4 ? LibC.AF_INET : LibC.AF_INET6));
    // Ports travel in network byte order.
    address.put((byte) (to.port() >> 8)).put((byte) to.port());
    if (!ipv4) {
      address.putInt(0); // flow label
    }
    address.put(octets);
    if (to.address() instanceof Inet6Address ipv6) {
      address.putInt(ipv6.getScopeId());
    }
    return address.array();
  }
}
