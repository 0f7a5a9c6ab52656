package io.regionbridge.dns.socket;

import io.regionbridge.dns.net.PeerAddress;
import java.net.InetSocketAddress;

/** A UDP socket on an event loop. Its methods are called on that loop only. */
public interface PacketSocket extends AutoCloseable {
  /**
   * Queues a copy of a packet; it leaves with {@link #flush}, or earlier when the queue is full. A
   * connected socket ignores {@code to}.
   */
  void send(byte[] packet, int length, PeerAddress to);

  /**
   * Sends what is queued. What the kernel has no room for is dropped and counted. Tells the handler
   * when the kernel says that nobody listens at the peer; {@link #send} never does.
   */
  void flush();

  /** The address that it is bound to. */
  InetSocketAddress localAddress();

  /** Packets that could not be sent. */
  long dropped();

  /**
   * Takes no more packets, where the system can say so to those who send them: for them nobody
   * listens here any more. What is sent still leaves. Means nothing to a socket that asks.
   */
  default void stopReceiving() {}

  @Override
  void close();
}
