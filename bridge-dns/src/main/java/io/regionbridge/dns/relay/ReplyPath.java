package io.regionbridge.dns.relay;

import io.regionbridge.dns.net.PeerAddress;

/** The path of a reply: a UDP socket or a TCP connection. */
public interface ReplyPath {
  /**
   * Queues a reply; the octets are copied. On the event loop of the pipeline that was given this
   * path.
   */
  void reply(byte[] message, int length, PeerAddress client);

  /** Whether replies may have 65,535 octets. */
  boolean tcp();

  /** The same way from another event loop. */
  ReplyPath onLoop(int loop);
}
