package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import io.regionbridge.dns.socket.StreamSocket;
import io.regionbridge.dns.wire.Octets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connected socket to a gateway, for packets or a stream, and the questions that are out on it.
 * The kernel drops packets from elsewhere.
 */
final class UpstreamSocket implements PacketHandler {
  /** Questions after which the port has served long enough. */
  private static final int WORN_OUT = 8192;

  /**
   * Questions that may be out on one connection. A socket for packets is replaced before it has
   * more; a connection to a peer that does not answer would run out of message IDs.
   */
  private static final int MOST_ON_STREAM = 2048;

  /** A connection on which nothing came for so many timeouts is replaced. */
  private static final int SILENT_TIMEOUTS = 2;

  private final LoopState loop;
  private final TryTable tries = new TryTable();
  private final Runnable flusher = this::flush;
  private @Nullable PacketSocket socket;
  private @Nullable StreamSocket stream;
  private int sent;
  private boolean waiting;

  /** Since when something is out and nothing came. */
  private long silentSince;

  private UpstreamSocket(LoopState loop) {
    this.loop = loop;
  }

  /** A UDP socket on a port of its own. */
  static UpstreamSocket packets(InetSocketAddress gateway, LoopState loop) throws IOException {
    UpstreamSocket socket = new UpstreamSocket(loop);
    socket.socket = loop.sockets().packets().connect(gateway, socket);
    return socket;
  }

  /** A TCP connection, over TLS if {@code tls} is given. */
  static UpstreamSocket stream(InetSocketAddress gateway, LoopState loop, @Nullable ClientTls tls) {
    UpstreamSocket socket = new UpstreamSocket(loop);
    int millis = (int) (loop.timeout() / 1_000_000) + 1;
    StreamSocket stream = StreamSocket.connect(loop.sockets(), gateway, tls, millis, socket);
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

  /** Whether questions on it have gone unanswered for so long that a new one may do better. */
  boolean silent() {
    return !idle() && loop.now() - silentSince > SILENT_TIMEOUTS * loop.timeout();
  }

  /** Whether it is a connection that is gone. */
  boolean lost() {
    return stream != null && stream.closed();
  }

  /** Sends a question. Not to be called while it is {@link #full}. */
  void send(TryTable.Entry entry, int length, byte[] packet) {
    int id;
    do {
      id = loop.ids().next();
    } while (tries.find(id) != null);
    if (stream != null && idle()) {
      silentSince = loop.now();
    }
    tries.add(entry, id);
    Octets.put16(packet, 0, id);
    sent++;
    if (!waiting) {
      waiting = true;
      loop.flushLater(flusher);
    }
    open().send(packet, length, loop.nobody());
  }

  private PacketSocket open() {
    return Objects.requireNonNull(socket);
  }

  private void flush() {
    waiting = false;
    open().flush();
  }

  @Override
  public void onPacket(PacketSocket from, byte[] packet, int length, PeerAddress peer) {
    if (length < 12) {
      return;
    }
    if (stream != null) {
      silentSince = loop.now();
    }
    // Without an entry: very late, a duplicate, or not for us.
    TryTable.Entry entry = tries.find(Octets.get16(packet, 0));
    if (entry != null) {
      loop.replies().onReply(entry, packet, length, stream != null);
    }
  }

  @Override
  public void onDrained(PacketSocket from) {
    loop.endTurn();
  }

  @Override
  public void onRefused(PacketSocket from, String why) {
    boolean lost = stream != null && stream.wasConnected();
    for (TryTable.Entry e = tries.any(); e != null; e = tries.any()) {
      // Out of the table first: whatever the handler does, this ends.
      tries.remove(e);
      loop.replies().onUnreachable(e, lost, why);
    }
  }

  void close() {
    open().close();
  }
}
