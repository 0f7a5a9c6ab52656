package io.regionbridge.dns.upstream;

import io.netty.util.concurrent.ScheduledFuture;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.socket.PacketHandler;
import io.regionbridge.dns.socket.PacketSocket;
import io.regionbridge.dns.socket.StreamSocket;
import io.regionbridge.dns.upstream.GatewayRegistry.Probed;
import io.regionbridge.dns.wire.Octets;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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
 */
public final class HealthProber {
  /** How often the prober looks whether a probe is due or overdue. */
  private static final long LOOK = 25_000_000;

  /**
   * Looking later than this means that the loop was kept from running, and from reading replies.
   */
  private static final long MOST_LAG = 4 * LOOK;

  private final GatewayRegistry registry;
  private final LoopSockets sockets;
  private final LongSupplier clock;
  private final RandomIds ids = new RandomIds();
  private final PeerAddress nobody = new PeerAddress();
  private final Map<GatewayHealth, Probe> probes = new HashMap<>();
  private @Nullable ScheduledFuture<?> looking;
  private long lastLooked;

  /** A prober that runs once it is started. */
  public HealthProber(GatewayRegistry registry, LoopSockets sockets, LongSupplier clock) {
    this.registry = registry;
    this.sockets = sockets;
    this.clock = clock;
  }

  /** Starts. On the loop. */
  public void start() {
    looking = sockets.loop().scheduleAtFixedRate(this::look, 0, LOOK, TimeUnit.NANOSECONDS);
  }

  /** Stops. On the loop. */
  public void close() {
    ScheduledFuture<?> timer = looking;
    if (timer != null) {
      timer.cancel(false);
    }
    probes.values().forEach(Probe::close);
    probes.clear();
  }

  private void look() {
    long now = clock.getAsLong();
    boolean late = now - lastLooked > MOST_LAG;
    lastLooked = now;
    Set<GatewayHealth> current = new HashSet<>();
    for (Probed probed : registry.probed()) {
      current.add(probed.health());
      probes
          .computeIfAbsent(probed.health(), Probe::new)
          .look(probed.apex().toWireCanonical(), now, late);
    }
    probes
        .entrySet()
        .removeIf(entry -> {
          if (current.contains(entry.getKey())) {
            return false;
          }
          entry.getValue().close();
          return true;
        });
  }

  /**
   * The probes of one gateway: one at a time, each from a socket of its own, so from a port of its
   * own.
   */
  private final class Probe implements PacketHandler {
    private final GatewayHealth gateway;
    private final byte[] packet = new byte[512];
    private @Nullable PacketSocket socket;
    private @Nullable StreamSocket stream;
    private @Nullable ClientTls streamTls;
    private boolean waiting;
    private int id;
    private int questionEnd;
    private long sentAt;
    private long lastSentAt;
    private int packetLength;
    private long nextAt;

    Probe(GatewayHealth gateway) {
      this.gateway = gateway;
      nextAt = clock.getAsLong();
    }

    void look(byte[] apex, long now, boolean late) {
      if (waiting) {
        boolean patient = gateway.sibling() || gateway.state() == GatewayHealth.State.DOWN;
        long timeout = registry.settings().timeout();
        ProbeTiming timing = ProbeTiming.of(timeout, gateway.rtt(), patient);
        if (now - sentAt >= timing.first()) {
          gateway.probeLate();
        }
        PacketSocket open = socket;
        if (gateway.answeredAt() >= sentAt) {
          // Questions are answered in time: whatever became of the probe, that is health.
          end();
          gateway.questionsAnswered(now);
        } else if (now - sentAt >= timing.patience() && !late) {
          end();
          gateway.probeUnanswered("no reply within " + timing.patience() / 1_000_000 + " ms", now);
        } else if (open != null && timing.again(now - sentAt, now - lastSentAt)) {
          sendAgain(open, now);
        }
        return;
      }
      // A gateway that is known to be well and answers questions shows it by that.
      long interval = registry.settings().healthInterval();
      if (!gateway.doubted() && now - gateway.answeredAt() < interval) {
        if (gateway.state() == GatewayHealth.State.UP) {
          return;
        }
        if (gateway.answeredAt() > gateway.changedAt()) {
          gateway.questionsAnswered(now);
          return;
        }
      }
      if ((now >= nextAt || gateway.doubted()) && gateway.mayProbe()) {
        send(apex, now);
      }
    }

    private void send(byte[] apex, long now) {
      sentAt = now;
      lastSentAt = now;
      nextAt = now + registry.settings().healthInterval();
      id = ids.next();
      try {
        waiting = true;
        PacketSocket open = open(gateway.sibling() ? null : registry.tls(gateway.region()));
        packetLength = write(apex);
        open.send(packet, packetLength, nobody);
        open.flush();
      } catch (IOException e) {
        failed(String.valueOf(e.getMessage()), now);
      }
    }

    /** The same packet from the same port: whichever copy is answered is the probe's answer. */
    private void sendAgain(PacketSocket open, long now) {
      lastSentAt = now;
      open.send(packet, packetLength, nobody);
      open.flush();
    }

    /**
     * What the reply took; as before if it may be that to a packet sent again, since that would say
     * less than it took (RFC 6298, section 3). Of a gateway that was down, the longest it can be:
     * what is known of it is old.
     */
    private long took(long now) {
      boolean first =
          lastSentAt == sentAt
              || now - lastSentAt < gateway.rtt() / 2
              || gateway.state() == GatewayHealth.State.DOWN;
      return first ? now - sentAt : gateway.rtt();
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
      PacketSocket packets = sockets.packets().connect(gateway.address(), this);
      socket = packets;
      return packets;
    }

    private int write(byte[] apex) {
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
    public void received(PacketSocket from, byte[] reply, int length, PeerAddress peer) {
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
        gateway.probeSucceeded(took(now), now);
      }
    }

    @Override
    public void drained(PacketSocket from) {}

    @Override
    public void refused(PacketSocket from, String why) {
      if (stream != null && stream.closed()) {
        stream = null;
      }
      if (waiting) {
        failed(why, clock.getAsLong());
      }
    }

    private void failed(String why, long now) {
      end();
      gateway.probeFailed(why, now);
    }

    private void end() {
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
