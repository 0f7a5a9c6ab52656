package io.regionbridge.dns.socket;

import io.regionbridge.dns.net.PeerAddress;

/**
 * Takes what a {@link PacketSocket} receives. Called on the socket's event loop, never twice at
 * once.
 */
public interface PacketHandler {
  /**
   * Takes one packet, at the start of an array that is overwritten after the call, as is {@code
   * from}.
   */
  void onPacket(PacketSocket socket, byte[] packet, int length, PeerAddress from);

  /** Called after a batch of packets; queued packets should be flushed. */
  void onDrained(PacketSocket socket);

  /**
   * Called when the peer of a connected socket cannot be reached: nothing listens there (ICMP port
   * unreachable), or the connection is lost.
   */
  void onRefused(PacketSocket socket, String why);
}
