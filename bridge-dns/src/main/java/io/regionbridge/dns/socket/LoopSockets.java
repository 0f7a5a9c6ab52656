package io.regionbridge.dns.socket;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * What an event loop opens sockets with: the loop itself, its UDP sockets, and the classes of its
 * TCP channels.
 */
public record LoopSockets(
    EventLoop loop,
    PacketSockets packets,
    Class<? extends SocketChannel> streams,
    Class<? extends ServerSocketChannel> listeners) {

  /**
   * Whether this machine has what the fast sockets need: Linux, 64 bits, and Netty's native epoll.
   */
  public static boolean nativeAvailable() {
    return Epoll.isAvailable() && "64".equals(System.getProperty("sun.arch.data.model", "64"));
  }

  /** The I/O handlers of event loops: epoll, or a selector where there is none. */
  public static IoHandlerFactory ioHandlers(boolean epoll) {
    return epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  /** The sockets of a loop whose group was made with {@link #ioHandlers}. */
  public static LoopSockets on(EventLoop loop, boolean epoll) {
    return epoll
        ? new LoopSockets(
            loop,
            new EpollPacketSockets((IoEventLoop) loop),
            EpollSocketChannel.class,
            EpollServerSocketChannel.class)
        : new LoopSockets(
            loop,
            new ChannelPacketSockets(loop),
            NioSocketChannel.class,
            NioServerSocketChannel.class);
  }
}
