package io.regionbridge.dns.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.regionbridge.dns.relay.QueryPipeline;
import io.regionbridge.dns.socket.LoopSockets;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Queries over TCP on one address, for one event loop (RFC 7766), or over TLS (RFC 7858). */
final class TcpServer {
  private static final int BACKLOG = 256;
  private static final int LARGEST = 65_535;

  /** Unread replies that a client may pile up before its queries are left unread as well. */
  private static final WriteBufferWaterMark UNREAD = new WriteBufferWaterMark(64 << 10, 256 << 10);

  private final ChannelFuture bound;

  TcpServer(
      InetSocketAddress address,
      LoopSockets sockets,
      QueryPipeline pipeline,
      ConnectionLimiter limiter,
      @Nullable Supplier<@Nullable SslContext> tls) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(sockets.loop(), sockets.loop())
            .channel(sockets.listeners())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD)
            .childHandler(new Connections(pipeline, limiter, tls));
    if (sockets.listeners() == EpollServerSocketChannel.class) {
      bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
    }
    bound = bootstrap.bind(address);
  }

  private static final class Connections extends ChannelInitializer<Channel> {
    private final QueryPipeline pipeline;
    private final ConnectionLimiter limiter;

    private final @Nullable Supplier<@Nullable SslContext> tls;

    Connections(
        QueryPipeline pipeline,
        ConnectionLimiter limiter,
        @Nullable Supplier<@Nullable SslContext> tls) {
      this.pipeline = pipeline;
      this.limiter = limiter;
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (tls != null) {
        // The certificate of the moment: it is renewed while we run.
        SslContext context = tls.get();
        if (context == null) {
          var _ = channel.close();
          return;
        }
        channel.pipeline().addLast(context.newHandler(channel.alloc()));
      }
      channel
          .pipeline()
          .addLast(new LengthFieldBasedFrameDecoder(LARGEST + 2, 0, 2, 0, 2))
          .addLast(new TcpConnection(pipeline, limiter));
    }
  }

  /** Completes when the address is bound. */
  ChannelFuture bound() {
    return bound;
  }

  /** Where it listens; null if it does not. */
  @Nullable SocketAddress address() {
    return bound.channel().localAddress();
  }

  void close() {
    var _ = bound.channel().close();
  }
}
