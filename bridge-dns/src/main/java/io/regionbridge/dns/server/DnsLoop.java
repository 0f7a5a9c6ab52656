package io.regionbridge.dns.server;

import io.netty.handler.ssl.SslContext;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.socket.SocketFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One event loop with its pipeline and its listening sockets. */
public final class DnsLoop {
  private static final long BEAT_SECONDS = 1;

  private final LoopSockets sockets;
  private final QueryPipeline pipeline;
  private final List<UdpServer> udp = new ArrayList<>();
  private final List<TcpServer> tcp = new CopyOnWriteArrayList<>();
  private volatile long lastBeat = System.nanoTime();

  /** A loop that listens nowhere yet. */
  public DnsLoop(int index, QueryPipeline.Shared shared, LoopSockets sockets) {
    this.sockets = sockets;
    this.pipeline = new QueryPipeline(index, shared, sockets, this::flush);
  }

  private void flush() {
    for (int i = 0; i < udp.size(); i++) {
      udp.get(i).flush();
    }
  }

  /** Starts a task that runs once a second, so that a stuck loop is noticed. */
  public void beat() {
    var _ =
        sockets
            .loop()
            .scheduleAtFixedRate(
                () -> lastBeat = System.nanoTime(), BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
  }

  /** How long ago the loop has run its task. Any thread. */
  public Duration silence() {
    return Duration.ofNanos(System.nanoTime() - lastBeat);
  }

  /** The way of queries on this loop. */
  public QueryPipeline pipeline() {
    return pipeline;
  }

  /** The loop's sockets. */
  public LoopSockets sockets() {
    return sockets;
  }

  private InetSocketAddress bindUdp(InetSocketAddress address, List<UdpServer> siblings)
      throws IOException {
    UdpServer server = new UdpServer(address, sockets, pipeline, siblings);
    siblings.add(server);
    udp.add(server);
    return server.address();
  }

  private InetSocketAddress bindTcp(
      InetSocketAddress address,
      ConnectionLimiter limiter,
      @Nullable Supplier<@Nullable SslContext> tls)
      throws IOException {
    TcpServer server = new TcpServer(address, sockets, pipeline, limiter, tls);
    tcp.add(server);
    server.bound().awaitUninterruptibly();
    Throwable cause = server.bound().cause();
    if (cause != null) {
      throw new IOException(SocketFailure.reason(cause), cause);
    }
    return (InetSocketAddress) server.bound().channel().localAddress();
  }

  /** Stops listening on a bound address; open connections stay. On the loop. */
  void unbind(InetSocketAddress address) {
    for (UdpServer server : List.copyOf(udp)) {
      if (server.address().equals(address)) {
        server.flush();
        server.close();
        udp.remove(server);
      }
    }
    for (TcpServer server : List.copyOf(tcp)) {
      if (address.equals(server.address())) {
        server.close();
        tcp.remove(server);
      }
    }
  }

  /**
   * Takes no more queries but by connections that are open; what waits is still answered. On the
   * loop.
   */
  public void stopListening() {
    tcp.forEach(TcpServer::close);
    udp.forEach(UdpServer::stopReceiving);
  }

  /** Stops listening and ends what is under way. On the loop. */
  public void close() {
    tcp.forEach(TcpServer::close);
    pipeline.close();
    udp.forEach(UdpServer::close);
  }

  /**
   * Binds an address on every loop, UDP first, then TCP, and returns it with the port that the
   * kernel chose if it was 0.
   *
   * @throws IOException if it cannot be bound on each
   */
  static InetSocketAddress bind(
      List<DnsLoop> loops, InetSocketAddress address, ConnectionLimiter limiter)
      throws IOException {
    List<UdpServer> siblings = new CopyOnWriteArrayList<>();
    InetSocketAddress bound = address;
    for (DnsLoop loop : loops) {
      InetSocketAddress next = bound;
      bound = OnLoop.call(loop.sockets.loop(), () -> loop.bindUdp(next, siblings));
    }
    for (DnsLoop loop : loops) {
      loop.bindTcp(bound, limiter, null);
    }
    return bound;
  }

  /** Binds an address for TLS on every loop; as {@link #bind} otherwise. */
  static InetSocketAddress bindTls(
      List<DnsLoop> loops,
      InetSocketAddress address,
      ConnectionLimiter limiter,
      Supplier<@Nullable SslContext> tls)
      throws IOException {
    InetSocketAddress bound = address;
    for (DnsLoop loop : loops) {
      bound = loop.bindTcp(bound, limiter, tls);
    }
    return bound;
  }
}
