package io.regionbridge.router.wireguard;

import io.regionbridge.router.net.IpLiteral;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Where a peer receives packets. Always numeric: resolving a name is I/O and belongs to whoever
 * plans, not to a value.
 *
 * @param address IPv4 or IPv6; of a link-local address the scope counts too
 * @param port a UDP port, 1 to 65535
 */
public record Endpoint(InetAddress address, int port) {
  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException if the port is not within 1 to 65535
   */
  public Endpoint {
    if (port < 1 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
    }
  }

  /** Reads {@code 192.0.2.1:51820} or {@code [2001:db8::1]:51820}; a name is no endpoint. */
  public static Optional<Endpoint> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return Optional.empty();
    }
    boolean bracketed = text.charAt(0) == '[' && text.charAt(colon - 1) == ']';
    String host = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
    if (bracketed != host.indexOf(':') >= 0) {
      return Optional.empty();
    }
    Optional<Integer> port = Numbers.parse(text.substring(colon + 1), 1, 0xffff);
    return IpLiteral.parse(host).flatMap(a -> port.map(p -> new Endpoint(a, p)));
  }

  /** The text that {@link #parse} reads back. */
  @Override
  public String toString() {
    String host = IpLiteral.format(address);
    return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
  }
}
