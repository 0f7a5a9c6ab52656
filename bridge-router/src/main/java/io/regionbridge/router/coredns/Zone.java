package io.regionbridge.router.coredns;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.ReverseDomains;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A zone that a server block serves, as CoreDNS compares them: it refuses a configuration in which
 * one stands twice.
 *
 * @param transport such as {@code dns} or {@code tls}
 * @param name in lower case, without a final dot; {@code .} is the root
 */
public record Zone(String transport, String name, String port) {
  /** Of DNS over UDP and TCP. */
  static final String DNS = "dns";

  static final String DEFAULT_PORT = "53";

  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_LABEL = 63;
  private static final String SCHEME = "://";

  /** The ports of keys that name none. CoreDNS takes any other scheme for a part of the name. */
  private static final Map<String, String> PORTS =
      Map.of(
          DNS,
          DEFAULT_PORT,
          "tls",
          "853",
          "quic",
          "853",
          "grpc",
          "443",
          "https",
          "443",
          "https3",
          "443");

  /** What a key of a server block comes to. */
  sealed interface Read {
    /** Zones: several for a range that ends within a label. */
    record Zones(List<Zone> zones) implements Read {}

    /** The environment of CoreDNS decides which zone the key stands for. */
    record Unreadable(String key, Likeness likeness) implements Read {}

    /** CoreDNS refuses it. */
    record Refused(String reason) implements Read {}
  }

  /**
   * What a key with a variable can be.
   *
   * @param transport its own, if it is not a variable too
   * @param names the zones, where only the port is a variable; else empty
   * @param ending of the name, in lower case and without a dot at the end
   * @param port its own, if it has one that is no variable
   */
  record Likeness(
      Optional<String> transport, List<String> names, String ending, Optional<String> port) {
    boolean mayBe(Zone zone) {
      return transport.filter(t -> !t.equals(zone.transport())).isEmpty()
          && port.filter(p -> !p.equals(zone.port())).isEmpty()
          && (names.isEmpty() ? mayBe(zone.name()) : names.contains(zone.name()));
    }

    private boolean mayBe(String name) {
      // A variable may hold a range, or a part of one, whatever the ending looks like.
      boolean range = name.endsWith(ReverseDomains.SUFFIX) && !ending.matches(".*[g-z].*");
      return range || name.endsWith(ending);
    }
  }

  /** Reads a key of a server block as CoreDNS 1.10 to 1.15 do; never throws. */
  static Read read(String key) {
    if (key.contains("{$") || key.contains("{%")) {
      return new Read.Unreadable(key, likeness(key));
    }
    int scheme = key.indexOf(SCHEME);
    boolean known = scheme > 0 && PORTS.containsKey(key.substring(0, scheme));
    String transport = known ? key.substring(0, scheme) : DNS;
    String rest = known ? key.substring(scheme + SCHEME.length()) : key;
    Optional<String> port = port(rest);
    if (rest.endsWith(":")) {
      return new Read.Refused(key + " has a colon and no port");
    }
    String name = port.isPresent() ? rest.substring(0, rest.lastIndexOf(':')) : rest;
    if (!isDomainName(name)) {
      return new Read.Refused(key + " is no domain name");
    }
    String at = port.orElse(PORTS.getOrDefault(transport, "53"));
    Optional<Cidr> range = range(name);
    if (range.isPresent() && (name.startsWith(":") || name.startsWith("0") && isIpv6(name))) {
      return new Read.Refused(key + " is a range that begins with a zero");
    }
    List<String> names = range.map(ReverseDomains::of).orElseGet(() -> List.of(normal(name)));
    return new Read.Zones(names.stream().map(n -> new Zone(transport, n, at)).toList());
  }

  /** A domain as it is compared. */
  static String normal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.length() > 1 && lower.endsWith(".")
        ? lower.substring(0, lower.length() - 1)
        : lower;
  }

  /** Host bits may be set. */
  static Optional<Cidr> range(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0*[0-9]{1,3}")) {
      return Optional.empty();
    }
    int length = Integer.parseInt(text.substring(slash + 1));
    return IpLiteral.parse(text.substring(0, slash))
        // An address that is mapped into IPv6 is refused in any case.
        .filter(address -> length <= (isIpv6(text) ? 128 : 32))
        .map(address ->
            Cidr.containing(address, Math.min(length, address.getAddress().length * Byte.SIZE)));
  }

  private static boolean isIpv6(String text) {
    return text.indexOf(':') >= 0;
  }

  /** Go reads the sign and zeros at the beginning, too. */
  private static Optional<String> port(String text) {
    String digits = text.substring(text.lastIndexOf(':') + 1);
    return text.indexOf(':') >= 0 && digits.matches("[+-]?[0-9]{1,18}")
        ? Optional.of(Long.toString(Long.parseLong(digits)))
        : Optional.empty();
  }

  private static boolean isDomainName(String name) {
    int octets = name.getBytes(StandardCharsets.UTF_8).length;
    if (name.isEmpty() || octets > LONGEST_NAME) {
      return false;
    }
    if (name.equals(".") || name.indexOf('\\') >= 0) {
      return true; // escapes: left to CoreDNS
    }
    String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    for (String label : plain.split("\\.", -1)) {
      int length = label.getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > LONGEST_LABEL) {
        return false;
      }
    }
    return true;
  }

  private static Likeness likeness(String key) {
    int unix = key.indexOf("{$");
    int windows = key.indexOf("{%");
    int variable = unix < 0 ? windows : windows < 0 ? unix : Math.min(unix, windows);
    int scheme = key.indexOf(SCHEME);
    boolean known = scheme > 0 && PORTS.containsKey(key.substring(0, scheme));
    Optional<String> transport =
        known
            ? Optional.of(key.substring(0, scheme))
            : variable == 0 ? Optional.empty() : Optional.of(DNS);
    String head = key.substring(0, variable);
    List<String> names =
        head.endsWith(":")
                && !head.endsWith(SCHEME)
                && read(head + "1") instanceof Read.Zones(List<Zone> zones)
            ? zones.stream().map(Zone::name).toList()
            : List.of();
    String rest = key.substring(key.lastIndexOf('}') + 1);
    Optional<String> port = port(rest);
    String ending = port.isPresent() ? rest.substring(0, rest.lastIndexOf(':')) : rest;
    return new Likeness(transport, names, ending.equals(".") ? "" : normal(ending), port);
  }

  @Override
  public String toString() {
    return (transport.equals(DNS) ? "" : transport + SCHEME) + name + ":" + port;
  }
}
