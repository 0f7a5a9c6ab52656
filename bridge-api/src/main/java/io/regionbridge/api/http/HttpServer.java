package io.regionbridge.api.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
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
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Serves {@link Router}s, each on an address of its own, all on one thread. */
public final class HttpServer implements AutoCloseable {
  private static final long HANDSHAKE_MILLIS = 10_000;
  private static final int BACKLOG = 64;
  private static final long STOP_MILLIS = 2000;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("http", true), NioIoHandler.newFactory());
  private final List<Channel> listeners = new CopyOnWriteArrayList<>();

  /**
   * Something to serve.
   *
   * @param address where; port 0 lets the kernel choose
   * @param router what
   * @param maxConnections open at once; more are told to come again
   * @param tls what it proves itself with to the next client; empty: it is served in the clear
   */
  public record Site(
      InetSocketAddress address,
      Router router,
      int maxConnections,
      Optional<Supplier<SslContext>> tls) {
    /** A site in the clear. */
    public Site(InetSocketAddress address, Router router, int maxConnections) {
      this(address, router, maxConnections, Optional.empty());
    }
  }

  private HttpServer() {}

  /**
   * Starts to serve.
   *
   * @throws IOException naming the address that cannot be bound; nothing is left running then
   */
  public static HttpServer start(List<Site> sites) throws IOException {
    HttpServer server = new HttpServer();
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
   * Also serves this from now on.
   *
   * @throws IOException naming the address that cannot be bound
   */
  public void listen(Site site) throws IOException {
    AtomicInteger open = new AtomicInteger();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    site.tls().ifPresent(tls -> secure(channel, tls.get()));
                    HttpPipeline.add(
                        channel.pipeline(), site.router(), site.maxConnections(), open);
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

  private static void secure(SocketChannel channel, SslContext tls) {
    SslHandler handler = tls.newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
    channel.pipeline().addLast(handler);
  }

  /** The addresses as bound, in the order of the sites. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(c -> (InetSocketAddress) c.localAddress()).toList();
  }

  /**
   * Serves an address no longer; connections that are open stay.
   *
   * @param address as bound
   */
  public void stopListening(InetSocketAddress address) {
    listeners.removeIf(channel -> {
      boolean meant = address.equals(channel.localAddress());
      if (meant) {
        channel.close().awaitUninterruptibly();
      }
      return meant;
    });
  }

  /** Runs something on the server's thread, soon. */
  public void execute(Runnable task) {
    group.execute(task);
  }

  @Override
  public void close() {
    group // closes what is registered with it
        .shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_MILLIS);
  }
}
