package io.regionbridge.router.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Socket addresses as text, both ways: {@code 10.0.0.1:1053} and {@code [fd00::1]:1053} (RFC 3986,
 * section 3.2.2). Names are refused, never looked up.
 */
public final class SocketLiteral {
  private static final int MAX_PORT = 65_535;

  private SocketLiteral() {}

  /**
   * Parses {@code ADDRESS[:PORT]}; an IPv6 address needs brackets even without a port, since {@code
   * fd00::1:1053} is an address too. Never throws.
   */
  public static Parsed<InetSocketAddress> parse(String text, int defaultPort) {
    boolean brackets = text.startsWith("[");
    int hostEnd = brackets ? text.indexOf(']') : firstColon(text);
    if (hostEnd < 0) {
      return Parsed.invalid("the closing bracket is missing", "write [ADDRESS]:PORT");
    }
    String host = brackets ? text.substring(1, hostEnd) : text.substring(0, hostEnd);
    String rest = text.substring(brackets ? hostEnd + 1 : hostEnd);
    Optional<InetAddress> address = IpLiteral.parse(host);
    if (!brackets && IpLiteral.parse(text).isPresent() && text.indexOf(':') >= 0) {
      return Parsed.invalid(
          "an IPv6 address needs brackets", "write [" + text + "]:" + defaultPort);
    }
    if (address.isEmpty() || brackets != host.contains(":")) {
      return Parsed.invalid(
          "not an IP address",
          "write an address such as 10.0.0.1:%d or [fd00::1]:%d; names are not looked up"
              .formatted(defaultPort, defaultPort));
    }
    Optional<Integer> port = rest.isEmpty() ? Optional.of(defaultPort) : port(rest);
    if (port.isEmpty()) {
      return Parsed.invalid(
          "the port is not a number from 0 to " + MAX_PORT,
          "write " + format(new InetSocketAddress(address.get(), defaultPort)));
    }
    return Parsed.valid(new InetSocketAddress(address.get(), port.get()));
  }

  /**
   * The canonical text, which {@link #parse} reads; IllegalArgumentException for an unresolved
   * name.
   */
  public static String format(InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(address + " has no address");
    }
    String host = IpLiteral.format(address.getAddress());
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static int firstColon(String text) {
    int colon = text.indexOf(':');
    return colon < 0 ? text.length() : colon;
  }

  private static Optional<Integer> port(String rest) {
    if (rest.length() < 2 || rest.length() > 6 || rest.charAt(0) != ':') {
      return Optional.empty();
    }
    int port = 0;
    for (int i = 1; i < rest.length(); i++) {
      char c = rest.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
      port = port * 10 + (c - '0');
    }
    return port <= MAX_PORT ? Optional.of(port) : Optional.empty();
  }
}
