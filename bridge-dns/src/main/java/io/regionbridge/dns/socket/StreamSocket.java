package io.regionbridge.dns.socket;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.regionbridge.dns.net.PeerAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection used like a connected packet socket: each message goes with its length before it
 * (RFC 1035 section 4.2.2), over TLS if there is a {@link ClientTls} (RFC 7858). Messages that are
 * sent before it is connected wait, as many as fit. When it is lost, {@link
 * PacketHandler#onRefused} says so, once.
 */
public final class StreamSocket implements PacketSocket {
  private static final int LARGEST = 65_535;
  private static final int IDLE_SECONDS = 10;
  private static final int MOST_WAITING = 2048;

  /** Octets that the peer has not read yet, above which nothing more is queued for it. */
  private static final WriteBufferWaterMark UNREAD = new WriteBufferWaterMark(32 << 10, 128 << 10);

  private final PacketHandler handler;
  private final PeerAddress remote = new PeerAddress();
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
  private final Channel channel;
  private final byte[] message = new byte[LARGEST];
  private boolean connected;
  private boolean closed;
  private long dropped;

  private StreamSocket(
      LoopSockets sockets,
      InetSocketAddress address,
      @Nullable ClientTls tls,
      int connectMillis,
      PacketHandler handler) {
    this.handler = handler;
    remote.set(address);
    ChannelFuture connecting =
        new Bootstrap()
            .group(sockets.loop())
            .channel(sockets.streams())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD)
            .handler(new Pipeline(tls, address.getPort()))
            .connect(address);
    channel = connecting.channel();
    var _ =
        connecting.addListener(done -> {
          if (done.isSuccess()) {
            sendWaiting();
          } else {
            lost("cannot connect");
          }
        });
  }

  /** Connects; what is sent meanwhile waits. On the loop of {@code sockets}. */
  public static StreamSocket connect(
      LoopSockets sockets,
      InetSocketAddress address,
      @Nullable ClientTls tls,
      int connectMillis,
      PacketHandler handler) {
    return new StreamSocket(sockets, address, tls, connectMillis, handler);
  }

  private final class Pipeline extends ChannelInitializer<Channel> {
    private final @Nullable ClientTls tls;
    private final int port;

    Pipeline(@Nullable ClientTls tls, int port) {
      this.tls = tls;
      this.port = port;
    }

    @Override
    protected void initChannel(Channel ch) {
      if (tls != null) {
        SslHandler secure = tls.context().newHandler(ch.alloc(), tls.serverName(), port);
        ch.pipeline().addLast(secure);
      }
      ch.pipeline()
          .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
          .addLast(new LengthFieldBasedFrameDecoder(LARGEST + 2, 0, 2, 0, 2))
          .addLast(new Messages());
    }
  }

  private final class Messages extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
      int length = frame.readableBytes();
      frame.readBytes(message, 0, length);
      handler.onPacket(StreamSocket.this, message, length, remote);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      handler.onDrained(StreamSocket.this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      lost("the connection was closed");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent) {
        var _ = ctx.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      lost(SocketFailure.reason(cause));
      var _ = ctx.close();
    }
  }

  private void sendWaiting() {
    connected = true;
    for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
      var _ = channel.write(frame);
    }
    channel.flush();
  }

  private void lost(String why) {
    if (closed) {
      return;
    }
    closed = true;
    release();
    handler.onRefused(this, why);
    handler.onDrained(this);
  }

  private void release() {
    waiting.forEach(ByteBuf::release);
    waiting.clear();
  }

  /** Whether the connection is gone, or never came about. */
  public boolean closed() {
    return closed;
  }

  /** Whether there was a connection; false if it never came about. */
  public boolean wasConnected() {
    return connected;
  }

  /** Whether what is sent now would be dropped, since the peer does not read. */
  public boolean full() {
    return closed || waiting.size() >= MOST_WAITING || connected && !channel.isWritable();
  }

  @Override
  public void send(byte[] packet, int length, PeerAddress to) {
    if (full()) {
      dropped++;
      return;
    }
    ByteBuf frame = channel.alloc().ioBuffer(length + 2);
    frame.writeShort(length).writeBytes(packet, 0, length);
    if (connected) {
      var _ = channel.write(frame);
    } else {
      waiting.add(frame);
    }
  }

  @Override
  public void flush() {
    if (connected) {
      channel.flush();
    }
  }

  @Override
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public long dropped() {
    return dropped;
  }

  @Override
  public void close() {
    closed = true;
    release();
    var _ = channel.close();
  }
}
