package io.regionbridge.dns.socket;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Opens UDP sockets on one event loop; its methods are called on that loop. */
public interface PacketSockets {
  /**
   * A socket bound to an address that other loops may bind too: the kernel spreads clients over
   * them (SO_REUSEPORT).
   *
   * @param local numeric; port 0 lets the kernel choose
   * @throws IOException if the address cannot be bound
   */
  PacketSocket bind(InetSocketAddress local, PacketHandler handler) throws IOException;

  /**
   * A socket that exchanges packets with one peer, from a port that the kernel chooses at random.
   *
   * @throws IOException if there is no way to the peer, or no descriptor left
   */
  PacketSocket connect(InetSocketAddress remote, PacketHandler handler) throws IOException;

  /**
   * The same for one who sends a packet now and then: with as little memory as that takes.
   *
   * @throws IOException if there is no way to the peer, or no descriptor left
   */
  default PacketSocket connectForProbe(InetSocketAddress remote, PacketHandler handler)
      throws IOException {
    return connect(remote, handler);
  }
}
