package io.regionbridge.dns.server;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.relay.ReplyPath;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Queries over UDP on one address, for one event loop. */
final class UdpServer implements PacketHandler, ReplyPath {
  private final QueryPipeline pipeline;
  private final List<UdpServer> siblings;
  private final PacketSocket socket;
  private long counted;

  /**
   * Binds the address.
   *
   * @param siblings the servers of the same address, by the number of their loop
   */
  UdpServer(
      InetSocketAddress address,
      LoopSockets sockets,
      QueryPipeline pipeline,
      List<UdpServer> siblings)
      throws IOException {
    this.pipeline = pipeline;
    this.siblings = siblings;
    this.socket = sockets.packets().bind(address, this);
  }

  @Override
  public void onPacket(PacketSocket from, byte[] packet, int length, PeerAddress client) {
    pipeline.handle(packet, length, client, this);
  }

  @Override
  public void onDrained(PacketSocket from) {
    pipeline.onTurnEnd();
  }

  @Override
  public void onRefused(PacketSocket from, String why) {}

  @Override
  public void reply(byte[] message, int length, PeerAddress client) {
    socket.send(message, length, client);
  }

  @Override
  public boolean tcp() {
    return false;
  }

  @Override
  public ReplyPath onLoop(int loop) {
    return siblings.get(loop);
  }

  InetSocketAddress address() {
    return socket.localAddress();
  }

  void flush() {
    socket.flush();
    long unsent = socket.dropped();
    if (unsent != counted) {
      pipeline.counters().countUnsent(unsent - counted);
      counted = unsent;
    }
  }

  void stopReceiving() {
    socket.stopReceiving();
  }

  void close() {
    socket.close();
  }
}
