package io.regionbridge.api.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Serves {@link Router}s, each on an address of its own. */
public final class HttpServer implements AutoCloseable {
  private static final long HANDSHAKE_MILLIS = 10_000;
  private static final int BACKLOG = 64;
  private static final long STOP_MILLIS = 2000;

  /** So much of what a client asks is taken at a time, however much there is. */
  private static final int READ_OCTETS = 4096;

  /** In the kernel, for what a client sends faster than it is answered: it has little to say. */
  private static final int RECEIVE_BUFFER = 16_384;

  /** In the kernel, for what a client does not read; by itself it would take up to 4 MiB. */
  private static final int SEND_BUFFER = 262_144;

  private final ClientTimeouts timeouts;
  private final Map<String, EventLoopGroup> threads = new ConcurrentHashMap<>();
  private final List<Channel> listeners = new CopyOnWriteArrayList<>();

  /**
   * Something to serve at an address, where port 0 lets the kernel choose.
   *
   * @param maxConnections open at once, see {@link Connections}
   * @param thread name of its thread; sites with the same name share it, and can delay each other
   * @param tls asked for each new client; empty: no TLS
   */
  public record Site(
      InetSocketAddress address,
      Router router,
      int maxConnections,
      String thread,
      Optional<Supplier<SslContext>> tls) {
    /** A site without TLS. */
    public Site(InetSocketAddress address, Router router, int maxConnections, String thread) {
      this(address, router, maxConnections, thread, Optional.empty());
    }
  }

  private HttpServer(ClientTimeouts timeouts) {
    this.timeouts = timeouts;
  }

  /**
   * Starts to serve.
   *
   * @throws IOException naming the address that cannot be bound; nothing is left running then
   */
  public static HttpServer start(List<Site> sites) throws IOException {
    return start(sites, ClientTimeouts.DEFAULTS);
  }

  /** The same with other limits to what clients may take their time for. */
  static HttpServer start(List<Site> sites, ClientTimeouts timeouts) throws IOException {
    HttpServer server = new HttpServer(timeouts);
    try {
      for (Site site : sites) {
        server.listen(site);
      }
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Serves one more site.
   *
   * @throws IOException naming the address that cannot be bound
   */
  public void listen(Site site) throws IOException {
    Connections connections = new Connections(site.maxConnections());
    ProtocolErrorLog complaints = new ProtocolErrorLog();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(threads.computeIfAbsent(site.thread(), HttpServer::thread))
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
            .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(READ_OCTETS).maxMessagesPerRead(1))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    site.tls().ifPresent(tls -> secure(channel, tls.get()));
                    HttpPipeline.add(
                        channel.pipeline(), site.router(), connections, complaints, timeouts);
                  }
                });
    ChannelFuture bound = bootstrap.bind(site.address()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on %s:%d: %s"
              .formatted(
                  site.address().getAddress().getHostAddress(),
                  site.address().getPort(),
                  bound.cause().getMessage()),
          bound.cause());
    }
    listeners.add(bound.channel());
  }

  private static EventLoopGroup thread(String name) {
    return new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  private static void secure(SocketChannel channel, SslContext tls) {
    SslHandler handler = tls.newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
    channel.pipeline().addLast(handler);
  }

  /** The addresses as bound, in the order of the sites. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(c -> (InetSocketAddress) c.localAddress()).toList();
  }

  /** Stops serving a bound address; open connections stay. */
  public void stopListening(InetSocketAddress address) {
    listeners.removeIf(channel -> {
      boolean meant = address.equals(channel.localAddress());
      if (meant) {
        channel.close().awaitUninterruptibly();
      }
      return meant;
    });
  }

  @Override
  public void close() {
    threads.values().stream()
        .map(
            thread -> // closes what is registered with it
            thread.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS))
        .toList()
        .forEach(stopped -> stopped.awaitUninterruptibly(STOP_MILLIS));
  }
}
