package io.regionbridge.dns.socket;

import io.regionbridge.dns.net.PeerAddress;

/**
 * Takes what a {@link PacketSocket} receives. Called on the socket's event loop, never twice at
 * once.
 */
public interface PacketHandler {
  /**
   * One packet.
   *
   * @param packet holds it at its start; both it and {@code from} are overwritten after the call
   *     returns
   */
  void received(PacketSocket socket, byte[] packet, int length, PeerAddress from);

  /** The packets at hand are through; what was sent meanwhile should be flushed. */
  void drained(PacketSocket socket);

  /**
   * The peer of a connected socket cannot be reached through it: nothing listens there (ICMP port
   * unreachable), or the connection is lost.
   *
   * @param why in words
   */
  void refused(PacketSocket socket, String why);
}
