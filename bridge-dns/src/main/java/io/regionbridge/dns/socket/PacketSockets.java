package io.regionbridge.dns.socket;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Opens UDP sockets on one event loop; its methods are called on that loop. */
public interface PacketSockets {
  /**
   * Binds a socket to an address that other loops may bind too: the kernel spreads clients over
   * them (SO_REUSEPORT). Port 0 lets the kernel choose.
   */
  PacketSocket bind(InetSocketAddress local, PacketHandler handler) throws IOException;

  /**
   * Opens a socket to one peer, from a random port. Throws an IOException if there is no route to
   * the peer, or no descriptor left.
   */
  PacketSocket connect(InetSocketAddress remote, PacketHandler handler) throws IOException;

  /** Opens a socket for a packet now and then, with as little memory as possible. */
  default PacketSocket connectForProbe(InetSocketAddress remote, PacketHandler handler)
      throws IOException {
    return connect(remote, handler);
  }
}
