package io.regionbridge.router.uapi;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a device of the lines that answer {@code get=1}. A peer's lines follow its {@code
 * public_key} line. Keys that are not known are passed over, as the protocol may grow.
 */
final class UapiDecoder {
  /** No line that makes sense comes near these, nor a device with a million allowed IPs. */
  private static final int LONGEST_LINE = 4096;

  private static final int LONGEST_ANSWER = 64 << 20;

  private final String name;
  private final byte[] line = new byte[LONGEST_LINE];
  private int lineLength;
  private int total;
  private Optional<PublicKey> publicKey = Optional.empty();
  private int listenPort;
  private int fwmark;
  private final List<Peer> peers = new ArrayList<>();
  private @Nullable PeerLines peer;
  private @Nullable Integer errno;

  /** A line that no implementation should send. */
  static final class BadLineException extends IOException {
    BadLineException(String message) {
      super(message);
    }
  }

  /** What has been read of the present peer. */
  private static final class PeerLines {
    final PublicKey publicKey;
    Optional<PresharedKey> presharedKey = Optional.empty();
    Optional<PeerEndpoint> endpoint = Optional.empty();
    int keepalive;
    long seconds;
    long nanos;
    long rxBytes;
    long txBytes;
    final List<Cidr> allowedIps = new ArrayList<>();

    PeerLines(PublicKey publicKey) {
      this.publicKey = publicKey;
    }

    Peer toPeer() throws BadLineException {
      Optional<Instant> handshake;
      try {
        handshake =
            seconds == 0 && nanos == 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(seconds, nanos));
      } catch (DateTimeException e) {
        throw new BadLineException("last_handshake_time_sec is beyond all calendars");
      }
      return new Peer(
          publicKey, presharedKey, endpoint, keepalive, handshake, rxBytes, txBytes, allowedIps);
    }
  }

  UapiDecoder(String name) {
    this.name = name;
  }

  /** Takes octets as they arrive, and returns whether the answer is complete. */
  boolean read(ByteBuffer in) throws BadLineException {
    total += in.remaining();
    if (total > LONGEST_ANSWER) {
      throw new BadLineException("the answer is longer than " + LONGEST_ANSWER + " octets");
    }
    while (in.hasRemaining()) {
      byte b = in.get();
      if (b == '\n' && lineLength == 0) {
        return true;
      } else if (b == '\n') {
        readLine(new String(line, 0, lineLength, US_ASCII));
        lineLength = 0;
      } else if (lineLength == LONGEST_LINE) {
        throw new BadLineException("a line is longer than " + LONGEST_LINE + " octets");
      } else {
        line[lineLength++] = b;
      }
    }
    return false;
  }

  /** Takes one line, without its end. */
  void readLine(String line) throws BadLineException {
    int equals = line.indexOf('=');
    if (equals < 1) {
      throw new BadLineException("a line is not key=value");
    }
    String key = line.substring(0, equals);
    String value = line.substring(equals + 1);
    switch (key) {
      case "errno" -> errno = (int) Math.abs(number(key, value, -4096, 4096));
      case "private_key" -> publicKey = ownKey(key, value);
      case "listen_port" -> listenPort = (int) number(key, value, 0, 0xffff);
      case "fwmark" -> fwmark = (int) number(key, value, 0, 0xffff_ffffL);
      case "public_key" -> startPeer(key, value);
      case "preshared_key",
          "endpoint",
          "persistent_keepalive_interval",
          "last_handshake_time_sec",
          "last_handshake_time_nsec",
          "rx_bytes",
          "tx_bytes",
          "allowed_ip" ->
          readPeerLine(key, value);
      default -> {}
    }
  }

  /** The error number that ended the answer; 0: none. Empty until the line has come. */
  Optional<Integer> errno() {
    return Optional.ofNullable(errno);
  }

  Device device() throws BadLineException {
    endPeer();
    return new Device(name, publicKey, listenPort, fwmark, peers);
  }

  private void startPeer(String key, String value) throws BadLineException {
    endPeer();
    peer = new PeerLines(PublicKey.parseHex(value).orElseThrow(() -> notA("key", key)));
  }

  private void endPeer() throws BadLineException {
    if (peer != null) {
      peers.add(peer.toPeer());
      peer = null;
    }
  }

  private void readPeerLine(String key, String value) throws BadLineException {
    PeerLines to = peer;
    if (to == null) {
      throw new BadLineException(key + " stands before any public_key");
    }
    switch (key) {
      case "preshared_key" ->
          to.presharedKey =
              Optional.of(PresharedKey.parseHex(value).orElseThrow(() -> notA("key", key)))
                  .filter(k -> !k.isZero());
      case "endpoint" ->
          to.endpoint = Optional.of(endpoint(value).orElseThrow(() -> notA("endpoint", key)));
      case "persistent_keepalive_interval" -> to.keepalive = (int) number(key, value, 0, 0xffff);
      case "last_handshake_time_sec" -> to.seconds = number(key, value, 0, Long.MAX_VALUE);
      case "last_handshake_time_nsec" -> to.nanos = number(key, value, 0, 999_999_999);
      case "rx_bytes" -> to.rxBytes = number(key, value, 0, Long.MAX_VALUE);
      case "tx_bytes" -> to.txBytes = number(key, value, 0, Long.MAX_VALUE);
      default -> to.allowedIps.add(range(key, value));
    }
  }

  /** The private key is only looked at to tell whose device this is. */
  private static Optional<PublicKey> ownKey(String key, String value) throws BadLineException {
    try (PrivateKey secret = PrivateKey.parseHex(value).orElseThrow(() -> notA("key", key))) {
      return secret.isZero() ? Optional.empty() : Optional.of(secret.publicKey());
    }
  }

  /** Implementations print the zone of a link-local address, whose name means nothing elsewhere. */
  private static Optional<PeerEndpoint> endpoint(String value) {
    int zone = value.indexOf('%');
    int bracket = value.indexOf(']');
    return PeerEndpoint.parse(
        zone > 0 && bracket > zone ? value.substring(0, zone) + value.substring(bracket) : value);
  }

  private static Cidr range(String key, String value) throws BadLineException {
    return Cidr.parse(value).get().orElseThrow(() -> notA("range", key));
  }

  private static long number(String key, String value, long least, long most)
      throws BadLineException {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below, as for one that is out of range
    }
    throw notA("number in range", key);
  }

  private static BadLineException notA(String what, String key) {
    return new BadLineException(key + " has a value that is no " + what);
  }
}
