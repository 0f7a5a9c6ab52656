package io.regionbridge.router.netlink;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Key;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts a device together from the messages that answer {@code WG_CMD_GET_DEVICE}. The kernel splits
 * the list of peers, and the allowed IPs of one peer, over messages: a peer whose key is that of
 * the one before goes on where that stopped.
 */
final class WireGuardDecoder implements NetlinkSocket.DumpAnswers {
  private static final int GENERIC_HEADER = 4;
  private static final int SOCKADDR_IN = 16;
  private static final int SOCKADDR_IN6 = 28;

  private String name = "";
  private Optional<PublicKey> publicKey = Optional.empty();
  private int listenPort;
  private int fwmark;
  private final List<Peer> peers = new ArrayList<>();
  private @Nullable Peer peer;
  private List<Cidr> allowedIps = new ArrayList<>();

  @Override
  public void restart() {
    name = "";
    publicKey = Optional.empty();
    listenPort = 0;
    fwmark = 0;
    peers.clear();
    peer = null;
    allowedIps = new ArrayList<>();
  }

  @Override
  public void take(NetlinkMessage message) throws MalformedMessageException {
    ByteBuffer payload = message.payload();
    if (payload.limit() < GENERIC_HEADER) {
      throw new MalformedMessageException("a generic netlink header is cut off");
    }
    ByteBuffer body = payload.duplicate().order(payload.order()).position(GENERIC_HEADER);
    for (Attribute attribute : Attribute.parse(body)) {
      switch (attribute.type()) {
        case WireGuardApi.DEVICE_IFNAME -> name = attribute.interfaceName();
        case WireGuardApi.DEVICE_PUBLIC_KEY ->
            publicKey =
                Optional.of(PublicKey.of(attribute.bytes(Key.LENGTH))).filter(k -> !k.isZero());
        case WireGuardApi.DEVICE_LISTEN_PORT -> listenPort = attribute.u16();
        case WireGuardApi.DEVICE_FWMARK -> fwmark = attribute.u32();
        case WireGuardApi.DEVICE_PEERS -> {
          for (Attribute nested : attribute.nested()) {
            takePeer(nested.nested());
          }
        }
        // The private key is left where it is: Device has no place for it.
        default -> {}
      }
    }
  }

  Device device() {
    endPeer();
    return new Device(name, publicKey, listenPort, fwmark, peers);
  }

  private void takePeer(List<Attribute> attributes) throws MalformedMessageException {
    Fields fields = new Fields();
    for (Attribute attribute : attributes) {
      fields.take(attribute);
    }
    if (fields.publicKey == null) {
      throw new MalformedMessageException("a peer has no public key");
    }
    if (peer == null || !peer.publicKey().equals(fields.publicKey)) {
      endPeer();
      peer = fields.toPeer(fields.publicKey);
      allowedIps = new ArrayList<>();
    }
    allowedIps.addAll(fields.allowedIps);
  }

  private void endPeer() {
    if (peer != null) {
      peers.add(
          new Peer(
              peer.publicKey(),
              peer.presharedKey(),
              peer.endpoint(),
              peer.persistentKeepalive(),
              peer.latestHandshake(),
              peer.rxBytes(),
              peer.txBytes(),
              allowedIps));
      peer = null;
    }
  }

  /** The attributes of one peer in one message. */
  private static final class Fields {
    @Nullable PublicKey publicKey;
    Optional<PresharedKey> presharedKey = Optional.empty();
    Optional<PeerEndpoint> endpoint = Optional.empty();
    Optional<Instant> latestHandshake = Optional.empty();
    int keepalive;
    long rxBytes;
    long txBytes;
    final List<Cidr> allowedIps = new ArrayList<>();

    void take(Attribute attribute) throws MalformedMessageException {
      switch (attribute.type()) {
        case WireGuardApi.PEER_PUBLIC_KEY -> publicKey = PublicKey.of(attribute.bytes(Key.LENGTH));
        case WireGuardApi.PEER_PRESHARED_KEY -> presharedKey = presharedKey(attribute);
        case WireGuardApi.PEER_ENDPOINT -> endpoint = endpoint(attribute.value());
        case WireGuardApi.PEER_PERSISTENT_KEEPALIVE_INTERVAL -> keepalive = attribute.u16();
        case WireGuardApi.PEER_LAST_HANDSHAKE_TIME -> latestHandshake = time(attribute.value());
        case WireGuardApi.PEER_RX_BYTES -> rxBytes = attribute.u64();
        case WireGuardApi.PEER_TX_BYTES -> txBytes = attribute.u64();
        case WireGuardApi.PEER_ALLOWEDIPS -> {
          for (Attribute nested : attribute.nested()) {
            allowedIps.add(allowedIp(nested.nested()));
          }
        }
        default -> {}
      }
    }

    Peer toPeer(PublicKey key) {
      return new Peer(
          key, presharedKey, endpoint, keepalive, latestHandshake, rxBytes, txBytes, List.of());
    }
  }

  private static Optional<PresharedKey> presharedKey(Attribute attribute)
      throws MalformedMessageException {
    byte[] octets = attribute.bytes(Key.LENGTH);
    PresharedKey key = PresharedKey.of(octets);
    Arrays.fill(octets, (byte) 0);
    return Optional.of(key).filter(k -> !k.isZero());
  }

  /** A {@code struct sockaddr_in} or {@code sockaddr_in6}; of another family: none. */
  private static Optional<PeerEndpoint> endpoint(ByteBuffer in) throws MalformedMessageException {
    if (in.limit() < 2) {
      throw new MalformedMessageException("an endpoint is cut off");
    }
    int family = Short.toUnsignedInt(in.getShort(0));
    if (family == LibC.AF_INET && in.limit() == SOCKADDR_IN) {
      byte[] octets = new byte[4];
      in.get(4, octets);
      return endpoint(Attribute.address(octets), in);
    } else if (family == LibC.AF_INET6 && in.limit() == SOCKADDR_IN6) {
      byte[] octets = new byte[16];
      in.get(8, octets);
      int scope = in.getInt(24);
      return endpoint(scoped(octets, scope), in);
    } else if (family == LibC.AF_INET || family == LibC.AF_INET6) {
      throw new MalformedMessageException("an endpoint has " + in.limit() + " octets");
    }
    return Optional.empty();
  }

  private static Optional<PeerEndpoint> endpoint(InetAddress address, ByteBuffer in) {
    // The port alone is in network byte order.
    ByteBuffer network = in.duplicate().order(ByteOrder.BIG_ENDIAN);
    int port = Short.toUnsignedInt(network.getShort(2));
    return port == 0 ? Optional.empty() : Optional.of(new PeerEndpoint(address, port));
  }

  private static InetAddress scoped(byte[] octets, int scope) {
    try {
      return Inet6Address.getByAddress(null, octets, scope == 0 ? -1 : scope);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("sixteen octets are an address", e);
    }
  }

  /** A {@code struct __kernel_timespec}: two 64-bit numbers on every architecture. */
  private static Optional<Instant> time(ByteBuffer in) throws MalformedMessageException {
    if (in.limit() != 16) {
      throw new MalformedMessageException("a time has " + in.limit() + " octets, not 16");
    }
    long seconds = in.getLong(0);
    long nanos = in.getLong(8);
    if (seconds == 0 && nanos == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.ofEpochSecond(seconds, nanos));
    } catch (DateTimeException | ArithmeticException e) {
      throw new MalformedMessageException("a time is beyond all calendars");
    }
  }

  private static Cidr allowedIp(List<Attribute> attributes) throws MalformedMessageException {
    InetAddress address = null;
    int prefix = -1;
    for (Attribute attribute : attributes) {
      switch (attribute.type()) {
        case WireGuardApi.ALLOWEDIP_IPADDR -> address = attribute.address();
        case WireGuardApi.ALLOWEDIP_CIDR_MASK -> prefix = attribute.u8();
        default -> {} // the family follows from the address's length
      }
    }
    if (address == null) {
      throw new MalformedMessageException("an allowed IP has no address");
    }
    try {
      return new Cidr(address, prefix);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("an allowed IP is no range: " + e.getMessage());
    }
  }
}
