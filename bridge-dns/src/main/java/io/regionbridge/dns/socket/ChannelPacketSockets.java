package io.regionbridge.dns.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.regionbridge.dns.net.PeerAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;

/** Sockets as Netty's NIO datagram channels, for systems without epoll. */
public final class ChannelPacketSockets implements PacketSockets {
  private final EventLoop loop;

  /** Sockets for a loop that runs on a selector. */
  public ChannelPacketSockets(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public PacketSocket bind(InetSocketAddress local, PacketHandler handler) throws IOException {
    ChannelSocket socket = new ChannelSocket(register(), handler);
    return socket.opened(socket.channel.bind(local));
  }

  @Override
  public PacketSocket connect(InetSocketAddress remote, PacketHandler handler) throws IOException {
    ChannelSocket socket = new ChannelSocket(register(), handler);
    return socket.opened(socket.channel.connect(remote));
  }

  /** Registers a channel without a bootstrap, which would bind in a later turn of the loop. */
  private DatagramChannel register() throws IOException {
    DatagramChannel channel = new NioDatagramChannel();
    channel.config().setReceiveBufferSize(EpollPacketSockets.RECEIVE_BUFFER);
    ChannelFuture registered = loop.register(channel);
    if (registered.cause() != null) {
      throw new IOException("cannot open a UDP socket", registered.cause());
    }
    return channel;
  }

  private static final class ChannelSocket extends SimpleChannelInboundHandler<DatagramPacket>
      implements PacketSocket {
    private final PacketHandler handler;
    private final PeerAddress from = new PeerAddress();
    private final byte[] packet = new byte[65_536];
    private final DatagramChannel channel;
    private long dropped;
    private boolean refused;

    ChannelSocket(DatagramChannel channel, PacketHandler handler) {
      this.channel = channel;
      this.handler = handler;
      channel.pipeline().addLast(this);
    }

    /** On its own loop, a channel binds and connects at once. */
    PacketSocket opened(ChannelFuture future) throws IOException {
      if (!future.isSuccess()) {
        ChannelFuture _ = channel.close();
        throw new IOException("cannot bind or connect a UDP socket", future.cause());
      }
      return this;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket received) {
      int length = received.content().readableBytes();
      received.content().getBytes(received.content().readerIndex(), packet, 0, length);
      from.set(received.sender());
      handler.onPacket(this, packet, length, from);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      handler.onDrained(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (cause instanceof PortUnreachableException) {
        handler.onRefused(this, EpollPacketSocket.NOBODY);
        handler.onDrained(this);
      }
    }

    @Override
    public void send(byte[] octets, int length, PeerAddress to) {
      ByteBuf content = channel.alloc().ioBuffer(length).writeBytes(octets, 0, length);
      ChannelFuture written =
          channel.isConnected()
              ? channel.write(content)
              : channel.write(new DatagramPacket(content, to.toSocketAddress()));
      written.addListener(done -> {
        if (done.cause() instanceof PortUnreachableException) {
          refused = true;
        } else if (!done.isSuccess()) {
          dropped++;
        }
      });
    }

    @Override
    public void flush() {
      channel.flush();
      if (refused) {
        refused = false;
        handler.onRefused(this, EpollPacketSocket.NOBODY);
      }
    }

    @Override
    public InetSocketAddress localAddress() {
      return channel.localAddress();
    }

    @Override
    public long dropped() {
      return dropped;
    }

    /** A connected channel only stops reading. */
    @Override
    public void stopReceiving() {
      channel.config().setAutoRead(false);
    }

    @Override
    public void close() {
      ChannelFuture _ = channel.close();
    }
  }
}
