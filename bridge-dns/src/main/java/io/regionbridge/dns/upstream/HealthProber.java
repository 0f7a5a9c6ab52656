package io.regionbridge.dns.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import io.regionbridge.dns.socket.SocketFailure;
import io.regionbridge.dns.socket.StreamSocket;
import io.regionbridge.dns.upstream.GatewayHealth.State;
import io.regionbridge.dns.upstream.GatewayRegistry.Probed;
import io.regionbridge.dns.wire.Octets;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/**
 * Asks every gateway for its domain's SOA, again and again, on one event loop, unless it answers
 * questions meanwhile. An answer, be it that there is none, is health; silence for as long as a
 * question has, SERVFAIL (its directory is not loaded) and REFUSED are not. A sibling is asked the
 * same: it is well if it reaches the region.
 *
 * <p>One timer serves all gateways and runs when the next of them has something to do. A suspicion,
 * a gateway that is new, and a question answered by one that was down bring it forward.
 */
public final class HealthProber {
  private static final long SPAN = ProbeTiming.SPAN;

  private static final long LEAST_PAUSE = 1_000_000;

  /**
   * Looking later than this means that the loop was kept from running, and from reading replies.
   */
  private static final long MOST_LAG = 3 * SPAN;

  /** What a probe counts among those before it. */
  private static final double LOSS_WEIGHT = 16;

  /** A reply hardly comes sooner than after this part of its usual time. */
  private static final double SOONEST = 0.9;

  private static final int MOST_COPIES = 32;

  private final GatewayRegistry registry;
  private final LoopSockets sockets;
  private final LongSupplier clock;
  private final RandomIds ids = new RandomIds();
  private final PeerAddress nobody = new PeerAddress();
  private final Map<GatewayHealth, Probe> probes = new HashMap<>();
  private Collection<Probed> followed = List.of();
  private @Nullable ScheduledFuture<?> timer;
  private long timerAt;

  /** How many probes wait for a reply. */
  private int waitingProbes;

  private boolean closed;

  /** A prober that runs once it is started. */
  public HealthProber(GatewayRegistry registry, LoopSockets sockets, LongSupplier clock) {
    this.registry = registry;
    this.sockets = sockets;
    this.clock = clock;
  }

  /** Starts. On the loop. */
  public void start() {
    registry.onNews(this::lookSoon);
    look();
  }

  /** Stops. On the loop. */
  public void close() {
    closed = true;
    stopTimer();
    probes.values().forEach(Probe::close);
    probes.clear();
  }

  /** Has the loop look at all gateways without waiting for the timer. Any thread. */
  private void lookSoon() {
    EventLoop loop = sockets.loop();
    if (loop.inEventLoop()) {
      lookAt(clock.getAsLong());
    } else {
      try {
        loop.execute(() -> lookAt(clock.getAsLong()));
      } catch (RejectedExecutionException e) {
        // The loop has ended, and the probes with it.
      }
    }
  }

  private void lookAt(long at) {
    if (closed || timer != null && timerAt <= at) {
      return;
    }
    stopTimer();
    timerAt = at;
    long delay = Math.max(0, at - clock.getAsLong());
    timer = sockets.loop().schedule(this::look, delay, TimeUnit.NANOSECONDS);
  }

  /**
   * A probe has its reply. After the last one the timer, which is set for a packet that is to be
   * sent again, is put off until the next probe: one wake-up less for each.
   */
  private void replied() {
    if (waitingProbes == 0 && !closed) {
      stopTimer();
      look();
    }
  }

  private void stopTimer() {
    ScheduledFuture<?> running = timer;
    timer = null;
    if (running != null) {
      running.cancel(false);
    }
  }

  private void look() {
    long now = clock.getAsLong();
    boolean late = timer != null && now - timerAt > MOST_LAG;
    timer = null;
    follow();
    long next = Long.MAX_VALUE;
    for (Probe probe : probes.values()) {
      probe.look(now, late);
      next = Math.min(next, late ? now + SPAN : probe.dueAt(now));
    }
    if (next != Long.MAX_VALUE) {
      lookAt(Math.max(now + LEAST_PAUSE, (next + SPAN - 1) / SPAN * SPAN));
    }
  }

  @SuppressWarnings("ReferenceEquality") // the registry gives another collection for each change
  private void follow() {
    Collection<Probed> current = registry.probed();
    if (current == followed) {
      return;
    }
    followed = current;
    Map<GatewayHealth, Probe> before = new HashMap<>(probes);
    probes.clear();
    for (Probed probed : current) {
      Probe known = before.remove(probed.health());
      Probe probe = known != null ? known : new Probe(probed.health());
      probe.apex = probed.apex().toWireCanonical();
      probes.put(probed.health(), probe);
    }
    before.values().forEach(Probe::close);
  }

  /**
   * The probes of one gateway: one at a time, each from a socket of its own, so from a port of its
   * own.
   */
  private final class Probe implements PacketHandler {
    private final GatewayHealth gateway;
    private final byte[] packet = new byte[512];

    /** When each packet of this probe was sent. */
    private final long[] copySentAt = new long[MOST_COPIES];

    private byte[] apex = new byte[0];
    private @Nullable PacketSocket socket;
    private @Nullable StreamSocket stream;
    private @Nullable ClientTls streamTls;
    private boolean waiting;
    private int id;
    private int questionEnd;
    private long sentAt;
    private long lastSentAt;
    private int copies;
    private int packetLength;
    private long nextAt;
    private long pausedUntil;

    /** Of how many probes the first packet was not answered in time, lately; 0 to 1. */
    private double loss;

    Probe(GatewayHealth gateway) {
      this.gateway = gateway;
      nextAt = clock.getAsLong();
      pausedUntil = nextAt;
    }

    private ProbeTiming timing() {
      boolean rttUnknown = gateway.sibling() || gateway.state() == State.DOWN;
      // A few probes in a row may be lucky: twice the deviation of what is measured on top.
      double lossBound = loss + 2 * Math.sqrt(loss * (1 - loss) / (2 * LOSS_WEIGHT));
      return ProbeTiming.of(registry.settings().timeout(), gateway.rtt(), rttUnknown, lossBound);
    }

    /** When there is something to do, if nothing happens before. */
    long dueAt(long now) {
      if (waiting) {
        if (gateway.answeredAt() >= sentAt) {
          return now;
        }
        ProbeTiming timing = timing();
        // A connection loses nothing: there the packet is not sent again.
        long again = socket == null ? Long.MAX_VALUE : timing.again(lastSentAt - sentAt);
        long next = Math.min(timing.timeout(), again);
        if (!gateway.late()) {
          next = Math.min(next, timing.first());
        } else if (!gateway.silent()) {
          next = Math.min(next, timing.silence());
        }
        return sentAt + next;
      }
      if (gateway.suspect()) {
        return pausedUntil;
      }
      if (answersAgain(now)) {
        return now;
      }
      // A gateway that is known to be well and answers questions shows it by that.
      long due = Math.max(nextAt, pausedUntil);
      return gateway.state() == State.UP
          ? Math.max(due, gateway.answeredAt() + registry.settings().healthInterval())
          : due;
    }

    /** Whether it is not known to be well, and answers questions. */
    private boolean answersAgain(long now) {
      return gateway.state() != State.UP
          && gateway.answeredAt() > gateway.changedAt()
          && now - gateway.answeredAt() < registry.settings().healthInterval();
    }

    void look(long now, boolean late) {
      if (now < dueAt(now)) {
        return;
      }
      if (waiting) {
        await(now, late);
        return;
      }
      if (!gateway.suspect() && answersAgain(now)) {
        gateway.recordTimelyAnswers(now);
      } else if (gateway.mayProbe()) {
        send(now);
      } else {
        pausedUntil = now + SPAN;
      }
    }

    private void await(long now, boolean late) {
      ProbeTiming timing = timing();
      PacketSocket open = socket;
      if (gateway.answeredAt() >= sentAt) {
        // Questions are answered in time: whatever became of the probe, that is health.
        end();
        gateway.recordTimelyAnswers(now);
        return;
      }
      if (now - sentAt >= timing.first()) {
        gateway.recordLateProbe();
      }
      if (now - sentAt >= timing.silence() && !late) {
        gateway.recordSilentProbe();
      }
      if (now - sentAt >= timing.timeout() && !late) {
        end();
        gateway.recordUnansweredProbe(
            "no reply within " + timing.timeout() / 1_000_000 + " ms", now);
        pause(now);
      } else if (open != null && now - sentAt >= timing.again(lastSentAt - sentAt)) {
        sendAgain(open, now);
      }
    }

    /** One that is down is asked less often, also where it is suspect. */
    private void pause(long now) {
      boolean down = gateway.state() == State.DOWN;
      pausedUntil = now + (down ? registry.settings().healthInterval() / 2 : SPAN);
    }

    private void send(long now) {
      sentAt = now;
      lastSentAt = now;
      copies = 0;
      noteCopy(now);
      nextAt = now + registry.settings().healthInterval();
      id = ids.next();
      try {
        waiting = true;
        waitingProbes++;
        PacketSocket open = open(gateway.sibling() ? null : registry.tls(gateway.region()));
        packetLength = write();
        open.send(packet, packetLength, nobody);
        open.flush();
      } catch (IOException e) {
        failed(SocketFailure.reason(e), now);
      }
    }

    /** The same packet from the same port: whichever copy is answered is the probe's answer. */
    private void sendAgain(PacketSocket open, long now) {
      lastSentAt = now;
      noteCopy(now);
      open.send(packet, packetLength, nobody);
      open.flush();
    }

    private void noteCopy(long now) {
      if (copies < copySentAt.length) {
        copySentAt[copies++] = now;
      }
    }

    /**
     * What the reply took: to the last packet that it can answer, since an earlier one was probably
     * lost. Of a gateway that was down on a line that loses little, the longest it can be: what is
     * known of it is old.
     */
    private long took(long now) {
      long least = (long) (SOONEST * gateway.rtt());
      boolean old = gateway.state() == State.DOWN && loss <= ProbeTiming.LOSSY;
      for (int i = copies - 1; i > 0 && !old; i--) {
        if (now - copySentAt[i] >= least) {
          return now - copySentAt[i];
        }
      }
      return now - sentAt;
    }

    /** A socket on a new port for each probe; over TLS the connection that is there already. */
    private PacketSocket open(@Nullable ClientTls tls) throws IOException {
      StreamSocket connection = stream;
      if (connection != null && (tls == null || !tls.equals(streamTls) || connection.closed())) {
        connection.close();
        stream = null;
        connection = null;
      }
      if (tls != null) {
        if (connection == null) {
          int millis = (int) (registry.settings().timeout() / 1_000_000) + 1;
          connection = StreamSocket.connect(sockets, gateway.address(), tls, millis, this);
          stream = connection;
          streamTls = tls;
        }
        return connection;
      }
      PacketSocket packets = sockets.packets().connectForProbe(gateway.address(), this);
      socket = packets;
      return packets;
    }

    private int write() {
      Octets.put16(packet, 0, id);
      Octets.put16(packet, 2, 0x0100);
      Octets.put32(packet, 4, 0x0001_0000);
      Octets.put32(packet, 8, 1);
      System.arraycopy(apex, 0, packet, 12, apex.length);
      int at = 12 + apex.length;
      Octets.put16(packet, at, Type.SOA);
      Octets.put16(packet, at + 2, DClass.IN);
      questionEnd = at + 4;
      return UpstreamOpt.writeForProbe(packet, questionEnd, gateway.sibling());
    }

    @Override
    public void onPacket(PacketSocket from, byte[] reply, int length, PeerAddress peer) {
      if (!waiting || length < 12 || Octets.get16(reply, 0) != id || (reply[2] & 0x80) == 0) {
        return;
      }
      long now = clock.getAsLong();
      int rcode = reply[3] & 0xF;
      boolean sameQuestion = length >= questionEnd;
      for (int i = 12; sameQuestion && i < questionEnd; i++) {
        sameQuestion = reply[i] == packet[i];
      }
      if (rcode == Rcode.SERVFAIL || rcode == Rcode.REFUSED) {
        failed("answers " + Rcode.string(rcode), now);
      } else if (sameQuestion || rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP) {
        end();
        loss += ((lastSentAt == sentAt ? 0 : 1) - loss) / LOSS_WEIGHT;
        if (copies == 1) {
          gateway.recordRoundTrip(now - sentAt);
        }
        gateway.recordGoodProbe(took(now), now);
        replied();
      }
    }

    @Override
    public void onDrained(PacketSocket from) {}

    @Override
    public void onRefused(PacketSocket from, String why) {
      if (stream != null && stream.closed()) {
        stream = null;
      }
      if (waiting) {
        failed(why, clock.getAsLong());
        // Nobody listens, or not just now: a second refusal says which.
        gateway.requestProbe();
      }
    }

    private void failed(String why, long now) {
      end();
      gateway.recordFailedProbe(why, now);
      pause(now);
    }

    private void end() {
      waitingProbes -= waiting ? 1 : 0;
      waiting = false;
      PacketSocket open = socket;
      socket = null;
      if (open != null) {
        open.close();
      }
    }

    void close() {
      end();
      StreamSocket connection = stream;
      stream = null;
      if (connection != null) {
        connection.close();
      }
    }
  }
}
