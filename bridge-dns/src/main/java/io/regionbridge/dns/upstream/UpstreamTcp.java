package io.regionbridge.dns.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.regionbridge.dns.wire.Octets;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP connection to a gateway, for replies that do not fit a packet: opened when first needed,
 * shared by all questions, closed when nothing went over it for a while (RFC 7766 sections 6.2.1
 * and 6.2.3).
 */
final class UpstreamTcp {
  private static final int IDLE_SECONDS = 10;
  private static final int LARGEST = 65_535;

  private final UpstreamContext context;
  private final TryTable tries = new TryTable();
  private final List<ByteBuf> beforeConnected = new ArrayList<>();
  private final Channel channel;
  private final byte[] message = new byte[LARGEST];
  private boolean connected;
  private boolean closed;

  UpstreamTcp(GatewayLink link, UpstreamContext context) {
    this.context = context;
    ChannelFuture connecting =
        new Bootstrap()
            .group(context.sockets().loop())
            .channel(context.sockets().streams())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) (context.asker().timeout() / 1_000_000) + 1)
            .handler(new Pipeline())
            .connect(link.health().address());
    channel = connecting.channel();
    var _ =
        connecting.addListener(done -> {
          if (done.isSuccess()) {
            connected = true;
            for (ByteBuf frame : beforeConnected) {
              var _ = channel.write(frame);
            }
            beforeConnected.clear();
            channel.flush();
          } else {
            lost();
          }
        });
  }

  private final class Pipeline extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel ch) {
      ch.pipeline()
          .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
          .addLast(new LengthFieldBasedFrameDecoder(LARGEST + 2, 0, 2, 0, 2))
          .addLast(new Replies());
    }
  }

  private final class Replies extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
      int length = frame.readableBytes();
      if (length < 12) {
        return;
      }
      frame.readBytes(message, 0, length);
      Try t = tries.find(Octets.get16(message, 0));
      if (t != null) {
        context.asker().replied(t, message, length, true);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      context.asker().turnEnds();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      lost();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent idle
          && idle.state() == IdleState.ALL_IDLE
          && tries.size() == 0) {
        var _ = ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close();
    }
  }

  boolean closed() {
    return closed;
  }

  void send(Try t, int length, byte[] packet) {
    do {
      t.id = context.ids().next();
    } while (tries.find(t.id) != null);
    tries.add(t);
    Octets.put16(packet, 0, t.id);
    ByteBuf frame = channel.alloc().ioBuffer(length + 2);
    frame.writeShort(length).writeBytes(packet, 0, length);
    if (connected) {
      var _ = channel.writeAndFlush(frame);
    } else {
      beforeConnected.add(frame);
    }
  }

  private void lost() {
    if (closed) {
      return;
    }
    closed = true;
    beforeConnected.forEach(ByteBuf::release);
    beforeConnected.clear();
    for (Try t = tries.any(); t != null; t = tries.any()) {
      context.asker().disconnected(t);
    }
    context.asker().turnEnds();
  }

  void close() {
    var _ = channel.close();
  }
}
