package io.regionbridge.dns.socket;

import io.netty.channel.ChannelException;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.regionbridge.dns.net.PeerAddress;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/**
 * Sockets that receive and send many packets to a system call. All sockets of a loop share one set
 * of receive buffers: packets are handled before the next are fetched.
 */
public final class EpollPacketSockets implements PacketSockets {
  static final int RECEIVE_BATCH = 64;

  /**
   * Room for each received packet; a query or a reply within 1,232 octets is what the bridge takes
   * over UDP.
   */
  static final int RECEIVE_OCTETS = 2048;

  private static final int SERVER_BATCH = 64;
  private static final int SERVER_OCTETS = 1280;
  private static final int CLIENT_BATCH = 64;
  private static final int CLIENT_OCTETS = 512;
  private static final int MOST_IDLE = 64;
  private static final int MOST_IDLE_ONES = 1024;

  /**
   * The kernel's usual 208 KiB hold some 270 packets, a burst of a few milliseconds. With
   * CAP_NET_ADMIN it grants more than {@code net.core.rmem_max}, else as much as that.
   */
  static final int RECEIVE_BUFFER = 4 << 20;

  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUFFORCE = 33;

  private final IoEventLoop loop;
  private final MessageBatch received = new MessageBatch(RECEIVE_BATCH, RECEIVE_OCTETS, true);
  private final byte[] packet = new byte[RECEIVE_OCTETS];
  private final PeerAddress from = new PeerAddress();
  private final MemorySegment state = BatchCalls.newState();

  /**
   * Batches of closed sockets. Memory outside the heap is only given back by a collection, so it is
   * used again.
   */
  private final ArrayDeque<MessageBatch> idle = new ArrayDeque<>();

  /** The same of one message each: all gateways are probed at about the same time. */
  private final ArrayDeque<MessageBatch> idleOnes = new ArrayDeque<>();

  /** Sockets for a loop that runs on epoll. */
  public EpollPacketSockets(IoEventLoop loop) {
    this.loop = loop;
  }

  @Override
  public PacketSocket bind(InetSocketAddress local, PacketHandler handler) throws IOException {
    boolean ipv6 = local.getAddress() instanceof Inet6Address;
    LinuxSocket fd = open(ipv6);
    try {
      fd.setReuseAddress(true);
      fd.setReusePort(true);
      fd.bind(local);
      return start(
          new EpollPacketSocket(
              this, fd, ipv6, new MessageBatch(SERVER_BATCH, SERVER_OCTETS, true), false, handler));
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  @Override
  public PacketSocket connect(InetSocketAddress remote, PacketHandler handler) throws IOException {
    return connect(remote, handler, CLIENT_BATCH);
  }

  @Override
  public PacketSocket connectForProbe(InetSocketAddress remote, PacketHandler handler)
      throws IOException {
    return connect(remote, handler, 1);
  }

  private PacketSocket connect(InetSocketAddress remote, PacketHandler handler, int messages)
      throws IOException {
    boolean ipv6 = remote.getAddress() instanceof Inet6Address;
    LinuxSocket fd = open(ipv6);
    try {
      fd.connect(remote);
      return start(new EpollPacketSocket(this, fd, ipv6, takeBatch(messages), true, handler));
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private static LinuxSocket open(boolean ipv6) throws IOException {
    LinuxSocket fd =
        LinuxSocket.newSocketDgram(ipv6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET);
    try {
      fd.setIntOpt(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
    } catch (ChannelException
        | IOException notPrivileged) { // Netty's native code throws the former
      fd.setReceiveBufferSize(RECEIVE_BUFFER);
    }
    return fd;
  }

  private PacketSocket start(EpollPacketSocket socket) {
    socket.registerOn(loop);
    return socket;
  }

  private MessageBatch takeBatch(int messages) {
    MessageBatch batch = (messages == 1 ? idleOnes : idle).poll();
    return batch != null ? batch : new MessageBatch(messages, CLIENT_OCTETS, false);
  }

  /** A connected socket was closed and its batch may serve another. */
  void giveBack(MessageBatch batch) {
    if (batch.count() == 1) {
      if (idleOnes.size() < MOST_IDLE_ONES) {
        idleOnes.push(batch);
      }
    } else if (idle.size() < MOST_IDLE) {
      idle.push(batch);
    }
  }

  MessageBatch received() {
    return received;
  }

  byte[] packet() {
    return packet;
  }

  PeerAddress from() {
    return from;
  }

  MemorySegment state() {
    return state;
  }
}
