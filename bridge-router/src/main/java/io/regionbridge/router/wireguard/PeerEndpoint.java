package io.regionbridge.router.wireguard;

import io.regionbridge.router.net.SocketLiteral;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where a peer receives packets. Always numeric: resolving a name is I/O.
 *
 * @param address for a link-local address the scope counts too
 * @param port 1 to 65535
 */
public record PeerEndpoint(InetAddress address, int port) {
  /**
   * @throws IllegalArgumentException if the port is not within 1 to 65535
   */
  public PeerEndpoint {
    if (port < 1 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
    }
  }

  /** Reads {@code 192.0.2.1:51820} or {@code [2001:db8::1]:51820}; a name is no endpoint. */
  public static Optional<PeerEndpoint> parse(String text) {
    return SocketLiteral.parse(text, 0)
        .get()
        .filter(address -> address.getPort() > 0)
        .map(address -> new PeerEndpoint(address.getAddress(), address.getPort()));
  }

  /** The canonical text, which {@link #parse} reads. */
  @Override
  public String toString() {
    return SocketLiteral.format(new InetSocketAddress(address, port));
  }
}
