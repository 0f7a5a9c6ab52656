package io.regionbridge.router.tailscale;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.linux.UnixSocket;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the status of tailscaled from {@code /localapi/v0/status}, which it lets every local user
 * do. Immutable; each call has a connection of its own.
 *
 * <p>Source: Tailscale's packages {@code ipn/ipnstate} (the JSON) and {@code client/local} (the
 * socket).
 */
public final class TailscaleStatus {
  /**
   * Where tailscaled listens unless told otherwise, and where that is in a container that has the
   * host's {@code /run}.
   */
  public static final List<Path> SOCKETS =
      List.of(
          Path.of("/var/run/tailscale/tailscaled.sock"),
          Path.of("/host/run/tailscale/tailscaled.sock"));

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int LONGEST_ANSWER = 64 << 20;

  private static final int MOST_WARNINGS = 16;
  private static final int LONGEST_WARNING = 300;
  private static final int LONGEST_NAME = 100;

  /** What a node has before it has logged in. */
  private static final String NO_KEY = "nodekey:" + "0".repeat(64);

  /** HTTP/1.0 has the answer come in one piece, up to the end of the connection (RFC 1945). */
  private static final byte[] REQUEST =
      """
      GET /localapi/v0/status HTTP/1.0\r
      Host: local-tailscaled.sock\r
      Accept: application/json\r
      \r
      """
          .getBytes(US_ASCII);

  /** Made when first needed, since most nodes have no tailscaled. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private final Path socket;

  public TailscaleStatus(Path socket) {
    this.socket = socket;
  }

  /** One answer of tailscaled. A peer that is reached through a relay has no endpoint. */
  public record Reading(Device device, Tailnet tailnet) {}

  /**
   * Asks once.
   *
   * @param interfaceName which tailscaled does not report
   * @throws ErrnoException if nobody listens, or EPROTO for an invalid answer
   */
  public Reading read(String interfaceName) throws IOException {
    String doing = "reading tailscaled's status from " + socket;
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    UnixSocket.ask(socket, doing, REQUEST, TIMEOUT, in -> collect(in, answer, doing));
    try {
      JsonNode status = Json.MAPPER.readTree(body(answer.toByteArray(), doing));
      return new Reading(device(interfaceName, status), tailnet(status));
    } catch (JacksonException e) {
      throw new ErrnoException(doing, Errno.EPROTO, "no JSON: " + e.getOriginalMessage());
    }
  }

  private static boolean collect(ByteBuffer in, ByteArrayOutputStream answer, String doing)
      throws ErrnoException {
    if (answer.size() + in.remaining() > LONGEST_ANSWER) {
      throw new ErrnoException(doing, Errno.EMSGSIZE, null);
    }
    byte[] octets = new byte[in.remaining()];
    in.get(octets);
    answer.writeBytes(octets);
    return false;
  }

  private static byte[] body(byte[] answer, String doing) throws ErrnoException {
    String text = new String(answer, ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    String status = text.lines().findFirst().orElse("nothing");
    if (end < 0 || !status.matches("HTTP/1\\.[01] 200( .*)?")) {
      throw new ErrnoException(
          doing, Errno.EPROTO, "it answered " + status.substring(0, Math.min(80, status.length())));
    }
    return Arrays.copyOfRange(answer, end + 4, answer.length);
  }

  static Device device(String interfaceName, JsonNode status) {
    List<Peer> peers = new ArrayList<>();
    for (JsonNode peer : status.path("Peer")) {
      key(peer).ifPresent(key -> peers.add(peer(key, peer)));
    }
    return new Device(interfaceName, key(status.path("Self")), 0, 0, peers);
  }

  static Tailnet tailnet(JsonNode status) {
    List<String> health = new ArrayList<>();
    for (JsonNode warning : status.path("Health")) {
      if (health.size() < MOST_WARNINGS) {
        health.add(text(warning, LONGEST_WARNING));
      }
    }
    Map<PublicKey, Tailnet.Node> peers = new HashMap<>();
    for (JsonNode peer : status.path("Peer")) {
      key(peer).ifPresent(key -> peers.put(key, node(peer)));
    }
    JsonNode self = status.path("Self");
    return new Tailnet(
        text(status.path("BackendState"), LONGEST_NAME),
        health,
        key(self).map(_ -> node(self)),
        peers);
  }

  private static Tailnet.Node node(JsonNode node) {
    List<InetAddress> addresses = new ArrayList<>();
    for (JsonNode address : node.path("TailscaleIPs")) {
      IpLiteral.parse(address.asText()).ifPresent(addresses::add);
    }
    addresses.sort(Comparator.comparing(Cidr::host));
    List<Cidr> routes = new ArrayList<>(ranges(node.path("AllowedIPs")));
    routes.removeIf(range -> range.prefixLength() == 0);
    addresses.forEach(own -> routes.remove(Cidr.host(own)));
    return new Tailnet.Node(
        text(node.path("ID"), LONGEST_NAME),
        text(node.path("HostName"), LONGEST_NAME),
        addresses,
        node.path("Online").asBoolean(false),
        time(node.path("KeyExpiry").asText()),
        routes,
        ranges(node.path("PrimaryRoutes")));
  }

  /** Bounded, and fit for a line of a log. */
  private static String text(JsonNode node, int longest) {
    String text = node.asText("").replaceAll("\\p{Cntrl}+", " ").strip();
    return text.length() > longest ? text.substring(0, longest) : text;
  }

  private static List<Cidr> ranges(JsonNode texts) {
    List<Cidr> ranges = new ArrayList<>();
    for (JsonNode range : texts) {
      if (Cidr.parse(range.asText()) instanceof Parsed.Valid(Cidr valid)) {
        ranges.add(valid);
      }
    }
    return ranges;
  }

  private static Peer peer(PublicKey key, JsonNode node) {
    return new Peer(
        key,
        Optional.empty(),
        PeerEndpoint.parse(node.path("CurAddr").asText()),
        0,
        time(node.path("LastHandshake").asText()),
        Math.max(0, node.path("RxBytes").asLong()),
        Math.max(0, node.path("TxBytes").asLong()),
        ranges(node.path("AllowedIPs")));
  }

  private static Optional<PublicKey> key(JsonNode node) {
    String text = node.path("PublicKey").asText();
    return text.startsWith("nodekey:") && !text.equals(NO_KEY)
        ? PublicKey.parseHex(text.substring("nodekey:".length()))
        : Optional.empty();
  }

  /** A time of Go, whose zero is the year 1 and stands for never. */
  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from))
          .filter(t -> t.isAfter(Instant.EPOCH));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
