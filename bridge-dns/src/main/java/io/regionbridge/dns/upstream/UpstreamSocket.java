package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import io.regionbridge.dns.socket.StreamSocket;
import io.regionbridge.dns.wire.Octets;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connected socket to a gateway, for packets or a stream, and the tries that are out on it. The
 * kernel drops packets from elsewhere.
 */
final class UpstreamSocket implements PacketHandler {
  /** Questions after which the port has served long enough. */
  private static final int WORN_OUT = 8192;

  /**
   * Questions that may be out on one connection. A socket for packets is replaced before it has
   * more; a connection to a peer that does not answer would run out of message IDs.
   */
  private static final int MOST_ON_STREAM = 2048;

  private final GatewayLink link;
  private final UpstreamContext context;
  private final TryTable tries = new TryTable();
  private @Nullable PacketSocket socket;
  private @Nullable StreamSocket stream;
  private int sent;
  private boolean waiting;

  private UpstreamSocket(GatewayLink link, UpstreamContext context) {
    this.link = link;
    this.context = context;
  }

  /** A UDP socket on a port of its own. */
  static UpstreamSocket packets(GatewayLink link, UpstreamContext context) throws IOException {
    UpstreamSocket socket = new UpstreamSocket(link, context);
    socket.socket = context.sockets().packets().connect(link.health().address(), socket);
    return socket;
  }

  /** A TCP connection, over TLS if {@code tls} is given. */
  static UpstreamSocket stream(GatewayLink link, UpstreamContext context, @Nullable ClientTls tls) {
    UpstreamSocket socket = new UpstreamSocket(link, context);
    int millis = (int) (context.asker().timeout() / 1_000_000) + 1;
    StreamSocket stream =
        StreamSocket.connect(context.sockets(), link.health().address(), tls, millis, socket);
    socket.socket = stream;
    socket.stream = stream;
    return socket;
  }

  boolean wornOut() {
    return sent >= WORN_OUT;
  }

  boolean idle() {
    return tries.size() == 0;
  }

  /** Whether it takes no more questions for now. */
  boolean full() {
    StreamSocket connection = stream;
    return connection != null && (tries.size() >= MOST_ON_STREAM || connection.full());
  }

  /** Sends a question. Not to be called while it is {@link #full}. */
  void send(Try t, int length, byte[] packet) {
    do {
      t.id = context.ids().next();
    } while (tries.find(t.id) != null);
    tries.add(t);
    Octets.put16(packet, 0, t.id);
    sent++;
    if (!waiting) {
      waiting = true;
      context.asker().flushLater(this);
    }
    open().send(packet, length, context.asker().nobody());
  }

  private PacketSocket open() {
    return Objects.requireNonNull(socket);
  }

  /** Whether it is a connection that is gone. */
  boolean lost() {
    return stream != null && stream.closed();
  }

  void flush() {
    waiting = false;
    open().flush();
  }

  @Override
  public void received(PacketSocket from, byte[] packet, int length, PeerAddress peer) {
    if (length < 12) {
      return;
    }
    Try t = tries.find(Octets.get16(packet, 0));
    if (t == null) {
      // Late, a duplicate, or not for us. The gateway lives, whatever it is.
      if ((packet[2] & 0x80) != 0) {
        link.heard();
      }
      return;
    }
    context.asker().replied(t, packet, length, stream != null);
  }

  @Override
  public void drained(PacketSocket from) {
    context.asker().turnEnds();
  }

  @Override
  public void refused(PacketSocket from, String why) {
    if (stream == null) {
      link.unreachable();
    }
    for (Try t = tries.any(); t != null; t = tries.any()) {
      context.asker().unreachable(t, why);
    }
  }

  void close() {
    open().close();
  }
}
