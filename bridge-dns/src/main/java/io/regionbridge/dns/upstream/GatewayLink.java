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

  /** Up to this number of consecutive failures, packet loss is a likely cause. */
  private static final int LOSSY_UNTIL = 8;

  /** On a line that loses packets few replies are late: they come as usual, or not at all. */
  private static final double MOST_LATE = 0.2;

  /** On a line that loses packets some replies come within this time. */
  private static final long LOSSY_NANOS = 600_000_000;

  private static final double LATE_WEIGHT = 1 / 4.0;

  /** After a silence of this time what is still out was held up rather than lost. */
  private static final long SILENCE_NANOS = 200_000_000;

  /** A gateway that fails at so many questions in a row fails at all. */
  private static final int FAILING_AFTER = 3;

  /** After this time without a question it is given another chance. */
  private static final long FAILING_NANOS = 2_000_000_000;

  private static final long NOTE_EVERY = 20_000_000;

  private final GatewayHealth health;
  private final LoopState loop;
  private final @Nullable UpstreamSocket[] sockets = new @Nullable UpstreamSocket[SOCKETS];
  private final List<UpstreamSocket> retired = new ArrayList<>();
  private final byte[] clientCookie;
  private final ReplyTimes times = new ReplyTimes();
  private final SendWindow window = new SendWindow();
  private byte[] serverCookie = new byte[0];
  private @Nullable UpstreamSocket stream;
  private @Nullable ClientTls streamTls;
  private int picked = -1;
  private long pickedInTurn = -1;
  private int misses;
  private int missesInARow;
  private long nothingCameUntil;
  private long inTimeAt;
  private long silentSince;
  private double lateShare;
  private int failures;
  private long failedAt;
  private int knownGoodProbes;
  private boolean plain;
  private long lastSent;
  private long noted;

  GatewayLink(GatewayHealth health, LoopState loop) {
    this.health = health;
    this.loop = loop;
    clientCookie = loop.ids().bytes(8);
    knownGoodProbes = health.goodProbes();
    nothingCameUntil = loop.now();
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

  /** Whether several consecutive tries timed out, and nothing was received since. */
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

  /** Expected time of a reply in nanoseconds, by probes for gateways not tried yet. */
  double expectedRoundTrip(long now) {
    return times.expectedRoundTrip(health.rtt(), now);
  }

  /** Nanoseconds for the comparison with other gateways; more than usual if others were faster. */
  double pessimisticRoundTrip(long now) {
    // With too much to do, what it has still to answer says more than what took long a while ago.
    return slow(now)
        ? window.backlogSeconds() * 1e9
        : times.pessimisticRoundTrip(health.rtt(), now);
  }

  /** The number of the question that was sent last. */
  long lastSent() {
    return lastSent;
  }

  /** Nanoseconds after which a reply is later than usual. */
  long lateAfter(long now) {
    return times.lateAfter(health.rtt(), loop.timeout(), now);
  }

  private boolean slow(long now) {
    return times.slow(health.rtt(), now);
  }

  /** Whether it has been silent for a good part of the time that a question has. */
  boolean longSilent(long now) {
    return silent() && now - silentSince > loop.timeout() / 3;
  }

  /** Whether all recent questions failed. */
  boolean failing(long now) {
    return failures >= FAILING_AFTER && now - failedAt < FAILING_NANOS;
  }

  /** Whether the gateway is healthy. */
  boolean well(long now) {
    return !down() && !silent() && !failing(now) && !slow(now);
  }

  /**
   * Whether a late reply was probably lost on the line, not held up by an overloaded gateway: other
   * replies keep coming, in the usual time.
   *
   * @param sentAt when the question was sent
   */
  boolean lossy(long sentAt, long now) {
    return missesInARow <= LOSSY_UNTIL
        && sentAt - nothingCameUntil >= 0
        && (missesInARow <= 1 || now - inTimeAt < LOSSY_NANOS)
        && lateShare <= MOST_LATE
        && !slow(now)
        && (times.known() || health.rtt() > 0);
  }

  /** Whether one more question may be sent, {@code repeated} if it is out already. */
  boolean hasRoom(boolean repeated, long now) {
    if (silent() || slow(now)) {
      window.limit(loop.timeout());
    } else {
      window.lift();
    }
    return window.hasRoom(repeated);
  }

  /**
   * Records a reply, with or without an answer.
   *
   * @param number see {@link #lastSent}
   * @param late whether the question was given up before
   */
  void recordReply(long number, long nanos, boolean late, long now) {
    recordAnyReply(now);
    if (!late) {
      if (missesInARow > LOSSY_UNTIL && now - inTimeAt > SILENCE_NANOS) {
        nothingCameUntil = now;
      }
      missesInARow = 0;
      inTimeAt = now;
    }
    lateShare += ((late ? 1 : 0) - lateShare) * LATE_WEIGHT;
    times.record(nanos, now);
    window.recordReply(number, nanos, loop.timeout(), now);
  }

  /** Records any reply, whatever its content. */
  void recordAnyReply(long now) {
    // A silence that was over soon may be that of a few names only.
    if (misses >= SILENT_AFTER && now - silentSince > loop.timeout() / 2) {
      health.recordRecovery();
    }
    misses = 0;
  }

  /** Records that the reply to a question is later than usual. */
  void recordLateReply(long now) {
    missesInARow++;
    if (++misses == SILENT_AFTER) {
      silentSince = now;
      knownGoodProbes = health.goodProbes();
      health.requestProbe();
    }
  }

  /** Records that no reply came, long after its question was given up. */
  void recordExpiry(long number) {
    window.recordExpiry(number);
  }

  /** Records that a question is no longer waited for. */
  void recordEnd(long number) {
    window.recordEnd(number);
  }

  /** Records an answer to a question. */
  void recordAnswer(long now) {
    failures = 0;
    noteAnswer(now);
  }

  /** Records a reply without an answer. */
  void recordFailure(long now) {
    failures++;
    failedAt = now;
  }

  /** It answers: then it need not be probed. Told to others now and then, not for each reply. */
  private void noteAnswer(long now) {
    if (now - noted > NOTE_EVERY) {
      noted = now;
      health.recordAnswer(now);
    }
  }

  /** Records that another gateway answered first, while a try here is out for {@code nanos}. */
  void recordFasterReply(long nanos) {
    times.recordFasterReply(nanos);
  }

  /** Records that the host reports a closed port. */
  void recordUnreachable(long now) {
    if (misses < SILENT_AFTER) {
      silentSince = now;
    }
    misses = Math.max(misses, SILENT_AFTER);
    knownGoodProbes = health.goodProbes();
    health.requestProbe();
  }

  // Asking it.

  /** Whether queries go without OPT. */
  boolean plain() {
    return plain;
  }

  /**
   * Sends a question of name, type and class. Returns false if no socket to the gateway takes it.
   */
  boolean send(TryTable.Entry entry, byte[] question, int length) {
    ClientTls tls = sibling() ? null : loop.tls(health.region());
    UpstreamSocket socket = tls != null ? stream(tls) : socket();
    return socket != null && sendBy(socket, entry, question, length);
  }

  /**
   * Asks over TCP: the reply did not fit a packet (RFC 7766 section 5), or the connection was lost.
   * False if the connection takes no more.
   */
  boolean sendOverTcp(TryTable.Entry entry, byte[] question, int length) {
    ClientTls tls = sibling() ? null : loop.tls(health.region());
    return sendBy(stream(tls), entry, question, length);
  }

  private boolean sendBy(UpstreamSocket socket, TryTable.Entry entry, byte[] question, int length) {
    if (socket.full()) {
      return false;
    }
    socket.send(entry, write(question, length), loop.packet());
    lastSent = window.recordSent();
    return true;
  }

  private @Nullable UpstreamSocket socket() {
    if (pickedInTurn != loop.turn() || picked < 0) {
      pickedInTurn = loop.turn();
      picked = loop.ids().next() & SOCKETS - 1;
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
        socket = UpstreamSocket.packets(health.address(), loop);
        sockets[picked] = socket;
      } catch (IOException e) {
        loop.noteSocketFailure(health, e);
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

  /** Writes the query to the loop's packet, its ID left open, and returns its length. */
  private int write(byte[] question, int length) {
    byte[] out = loop.packet();
    Octets.put16(out, 2, 0x0100);
    Octets.put16(out, 4, 1);
    Octets.put32(out, 6, 0);
    // A sibling must know that we ask for others, whatever it thinks of our options.
    boolean bare = plain && !sibling();
    Octets.put16(out, 10, bare ? 0 : 1);
    int at = Query.HEADER;
    System.arraycopy(question, 0, out, at, length);
    at += length;
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
   * Continues without OPT, which the gateway may have called a format error (RFC 6891 section 7),
   * or with it again if the refused query had none. Returns whether to ask again.
   *
   * @param wasPlain whether the refused query had no OPT
   */
  boolean speakPlainly(boolean wasPlain) {
    plain = !wasPlain;
    return plain;
  }

  private UpstreamSocket stream(@Nullable ClientTls tls) {
    UpstreamSocket open = stream;
    if (open == null || open.lost() || open.silent() || !Objects.equals(streamTls, tls)) {
      if (open != null && !open.lost()) {
        retired.add(open);
      }
      open = UpstreamSocket.stream(health.address(), loop, tls);
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
