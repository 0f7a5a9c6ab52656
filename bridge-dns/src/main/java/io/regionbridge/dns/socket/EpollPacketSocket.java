package io.regionbridge.dns.socket;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.regionbridge.dns.net.PeerAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A descriptor on a Netty loop, read and written in batches. Level-triggered: the loop reports
 * again what is left.
 */
final class EpollPacketSocket implements PacketSocket, EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(EpollPacketSocket.class);

  /** Batches taken in a row before other sockets of the loop get their turn. */
  private static final int ROUNDS = 4;

  /** What an ICMP port unreachable says. */
  static final String NOBODY = "nothing listens there";

  private static final int SEND_TRIES = 16;

  private final EpollPacketSockets shared;
  private final LinuxSocket fd;
  private final boolean ipv6;
  private final MessageBatch sending;
  private final boolean connected;
  private final PacketHandler handler;
  private final InetSocketAddress local;
  private @Nullable IoRegistration registration;
  private int queued;
  private long dropped;
  private boolean refused;
  private boolean closed;

  EpollPacketSocket(
      EpollPacketSockets shared,
      LinuxSocket fd,
      boolean ipv6,
      MessageBatch sending,
      boolean connected,
      PacketHandler handler) {
    this.shared = shared;
    this.fd = fd;
    this.ipv6 = ipv6;
    this.sending = sending;
    this.connected = connected;
    this.handler = handler;
    this.local = fd.localAddress();
  }

  void registerOn(IoEventLoop loop) {
    var _ =
        loop.register(this)
            .addListener(done -> {
              if (done.isSuccess()) {
                IoRegistration r = (IoRegistration) done.getNow();
                registration = r;
                r.submit(EpollIoOps.EPOLLIN);
              } else {
                log.error("{}: cannot watch socket", local, done.cause());
              }
            });
  }

  @Override
  public FileDescriptor fd() {
    return fd;
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    EpollIoOps ops = ((EpollIoEvent) event).ops();
    if (!closed && (ops.contains(EpollIoOps.EPOLLIN) || ops.contains(EpollIoOps.EPOLLERR))) {
      receive();
      handler.onDrained(this);
    }
  }

  private void receive() {
    MessageBatch batch = shared.received();
    byte[] packet = shared.packet();
    PeerAddress from = shared.from();
    for (int round = 0; round < ROUNDS && !closed; round++) {
      int n = BatchCalls.recvmmsg(shared.state(), fd.intValue(), batch.from(0), batch.count());
      if (n <= 0) {
        if (n == -BatchCalls.ECONNREFUSED) {
          handler.onRefused(this, NOBODY);
        }
        return;
      }
      for (int i = 0; i < n; i++) {
        int length = batch.length(i);
        // Longer than anything that we ask for or take: not for us to guess at the rest.
        if (!batch.cutShort(i) && !closed) {
          batch.copyOut(i, packet, length);
          if (!connected) {
            batch.address(i, from);
          }
          handler.onPacket(this, packet, length, from);
        }
        batch.resetAddress(i);
      }
      if (n < batch.count()) {
        return;
      }
    }
  }

  @Override
  public void send(byte[] packet, int length, PeerAddress to) {
    if (length > sending.octets() || closed) {
      dropped++;
      return;
    }
    if (queued == sending.count()) {
      transmit();
    }
    sending.put(queued, packet, length);
    if (!connected) {
      sending.putAddress(queued, to, ipv6);
    }
    queued++;
  }

  @Override
  public void flush() {
    transmit();
    if (refused) {
      refused = false;
      handler.onRefused(this, NOBODY);
    }
  }

  /** Calls nobody back: {@link #send} comes here too, amid its caller's work. */
  private void transmit() {
    int sent = 0;
    int tries = 0;
    while (sent < queued && !closed) {
      int n = BatchCalls.sendmmsg(shared.state(), fd.intValue(), sending.from(sent), queued - sent);
      if (n > 0) {
        sent += n;
      } else if (n == -BatchCalls.EINTR || n == -BatchCalls.EAGAIN && tries++ < SEND_TRIES) {
        Thread.onSpinWait();
      } else {
        // An error belongs to one packet (no route, a refusal that an earlier one met): the others
        // go on.
        if (n != -BatchCalls.ECONNREFUSED) {
          sent++;
          dropped++;
        } else {
          refused = true;
          if (tries++ >= SEND_TRIES) {
            break;
          }
        }
      }
    }
    queued = 0;
  }

  @Override
  public InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public long dropped() {
    return dropped;
  }

  @Override
  public void stopReceiving() {
    try {
      // Connected to itself, it is nobody else's address any more, and the kernel refuses what
      // comes for it (connect(2)); a packet with an address of its own may still be sent.
      fd.connect(local);
    } catch (IOException e) {
      log.warn("{}: queries are taken until the end: {}", local, SocketFailure.reason(e));
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (connected) {
      shared.giveBack(sending);
    }
    IoRegistration r = registration;
    if (r != null && r.isValid()) {
      r.cancel();
    }
    try {
      fd.close();
    } catch (IOException e) {
      log.warn("{}: closing the socket failed: {}", local, SocketFailure.reason(e));
    }
  }
}
