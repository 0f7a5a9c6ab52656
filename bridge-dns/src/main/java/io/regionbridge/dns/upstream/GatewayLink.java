package io.regionbridge.dns.upstream;

import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One gateway as one event loop uses it: the sockets to it, how long it usually takes, and whether
 * it seems to have gone silent.
 *
 * <p>Source ports: up to four sockets, each on a port that the kernel chose at random, one of them
 * picked at random for each turn of the loop; a socket is replaced after some thousand questions.
 * So packets of a turn leave in one system call, and still nobody can foresee port and ID of a
 * question (RFC 5452 section 9.2).
 */
final class GatewayLink {
  private static final int SOCKETS = 4;
  private static final int SILENT_AFTER = 3;

  private static final long NOTE_EVERY = 20_000_000;

  private final GatewayHealth health;
  private final UpstreamContext context;
  private final @Nullable UpstreamSocket[] sockets = new @Nullable UpstreamSocket[SOCKETS];
  private final List<UpstreamSocket> retired = new ArrayList<>();
  private final byte[] clientCookie;
  private final ReplyTimes times = new ReplyTimes();
  private byte[] serverCookie = new byte[0];
  private @Nullable UpstreamSocket stream;
  private @Nullable ClientTls streamTls;
  private int picked = -1;
  private long pickedInTurn = -1;
  private int misses;
  private long silentSince;
  private int knownGoodProbes;
  private boolean plain;
  private long noted;

  GatewayLink(GatewayHealth health, UpstreamContext context) {
    this.health = health;
    this.context = context;
    clientCookie = context.ids().bytes(8);
    knownGoodProbes = health.goodProbes();
  }

  GatewayHealth health() {
    return health;
  }

  /** Whether it is a bridge of our own region. */
  boolean sibling() {
    return health.sibling();
  }

  /** Whether it is a resolver for names of no region. */
  private boolean resolver() {
    return health.region().isEmpty();
  }

  // How it does.

  /** Whether several tries in a row were waited for in vain, and nothing was heard since. */
  boolean silent() {
    if (misses < SILENT_AFTER) {
      return false;
    }
    int good = health.goodProbes();
    if (good != knownGoodProbes) {
      knownGoodProbes = good;
      misses = 0;
      return false;
    }
    return true;
  }

  boolean down() {
    return health.state() == GatewayHealth.State.DOWN;
  }

  /** Nanoseconds that a reply usually takes; for gateways not tried yet, what the probes say. */
  double usual() {
    return times.usual(health.rtt());
  }

  /** Nanoseconds by which it is compared with others; more than usual if others outran it. */
  double feared() {
    return times.feared(health.rtt());
  }

  /** Nanoseconds after which a reply is later than usual. */
  long patience(long timeout) {
    return times.patience(health.rtt(), timeout / 3);
  }

  /** A reply came after so many nanoseconds. */
  void took(long nanos, long now) {
    // A silence that was over soon may be that of a few names only.
    if (misses >= SILENT_AFTER && now - silentSince > context.asker().timeout() / 2) {
      health.recovered();
    }
    misses = 0;
    times.took(nanos);
  }

  /** A try is later than usual, or came to nothing. */
  void missed(Try t, long now) {
    if (!t.missed) {
      t.missed = true;
      misses++;
      if (misses == SILENT_AFTER) {
        silentSince = now;
        knownGoodProbes = health.goodProbes();
        health.doubt();
      }
    }
  }

  /** It answers: then it need not be probed. Told to others now and then, not for each reply. */
  void noteAnswer(long now) {
    if (now - noted > NOTE_EVERY) {
      noted = now;
      health.answered(now);
    }
  }

  /** Another gateway was faster than a try here, which is out for so many nanoseconds. */
  void outrun(long nanos) {
    times.outrun(nanos);
  }

  /** The host says that nobody listens. */
  void unreachable() {
    misses = Math.max(misses, SILENT_AFTER);
    knownGoodProbes = health.goodProbes();
    health.doubt();
  }

  void heard() {
    misses = 0;
  }

  // Asking it.

  /** Sends the exchange's question; false if no socket to the gateway takes it. */
  boolean send(Try t, long now) {
    ClientTls tls = sibling() ? null : context.tls(health.region());
    UpstreamSocket socket = tls != null ? stream(tls) : socket();
    if (socket == null) {
      return false;
    }
    t.link = this;
    t.sentAt = now;
    t.missed = false;
    t.endedAt = 0;
    t.plain = plain;
    return sendBy(socket, t);
  }

  private @Nullable UpstreamSocket socket() {
    if (pickedInTurn != context.turn() || picked < 0) {
      pickedInTurn = context.turn();
      picked = context.ids().next() & SOCKETS - 1;
      retire();
    }
    UpstreamSocket socket = sockets[picked];
    if (socket != null && socket.wornOut()) {
      retired.add(socket);
      socket = null;
      sockets[picked] = null;
    }
    if (socket == null) {
      try {
        socket = UpstreamSocket.packets(this, context);
        sockets[picked] = socket;
      } catch (IOException e) {
        context.noteSocketFailure(health, e);
        return null;
      }
    }
    return socket;
  }

  private void retire() {
    if (!retired.isEmpty()) {
      retired.removeIf(socket -> {
        if (socket.idle()) {
          socket.close();
          return true;
        }
        return false;
      });
    }
  }

  /** Writes the query to the context's packet, its ID left open, and returns its length. */
  int write(Exchange e) {
    byte[] out = context.packet();
    Octets.put16(out, 2, 0x0100);
    Octets.put16(out, 4, 1);
    Octets.put32(out, 6, 0);
    // A sibling must be told that we ask for others, whatever it thinks of our options.
    boolean bare = plain && !sibling();
    Octets.put16(out, 10, bare ? 0 : 1);
    int at = Query.HEADER;
    System.arraycopy(e.question(), 0, out, at, e.questionLength());
    at += e.questionLength();
    int mark = resolver() ? 0 : UpstreamOpt.markLength(sibling());
    return bare ? at : UpstreamOpt.write(out, at, clientCookie, serverCookie, mark);
  }

  /** Whether the cookie in a reply, if there is one, is an echo of ours (RFC 7873 section 5.3). */
  boolean cookieFits(byte[] message, int at, int length) {
    if (length == 0) {
      return true;
    }
    if (length < 8 || length > 40 || Octets.get64(message, at) != Octets.get64(clientCookie, 0)) {
      return false;
    }
    int server = length - 8;
    if (server >= 8 && !sameServerCookie(message, at + 8, server)) {
      serverCookie = new byte[server];
      System.arraycopy(message, at + 8, serverCookie, 0, server);
    }
    return true;
  }

  private boolean sameServerCookie(byte[] message, int at, int length) {
    if (serverCookie.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (serverCookie[i] != message[at + i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Goes on without OPT, which the gateway may have called a format error (RFC 6891 section 7), or
   * with it again if the query had none: then it was something else.
   *
   * @return whether the question is worth being asked again
   */
  boolean speakPlainly(Try refused) {
    plain = !refused.plain;
    return plain;
  }

  /**
   * Asks once more over TCP: the reply did not fit a packet (RFC 7766 section 5). False if the
   * connection takes no more.
   */
  boolean askOverTcp(Try t) {
    return sendBy(stream(null), t);
  }

  private boolean sendBy(UpstreamSocket socket, Try t) {
    if (socket.full()) {
      return false;
    }
    t.open = true;
    t.exchange.opened();
    socket.send(t, write(t.exchange), context.packet());
    return true;
  }

  private UpstreamSocket stream(@Nullable ClientTls tls) {
    UpstreamSocket open = stream;
    if (open == null || open.lost() || !Objects.equals(streamTls, tls)) {
      if (open != null && !open.lost()) {
        retired.add(open);
      }
      open = UpstreamSocket.stream(this, context, tls);
      stream = open;
      streamTls = tls;
    }
    return open;
  }

  void close() {
    for (UpstreamSocket socket : sockets) {
      if (socket != null) {
        socket.close();
      }
    }
    retired.forEach(UpstreamSocket::close);
    UpstreamSocket connection = stream;
    if (connection != null) {
      connection.close();
    }
  }
}
