package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.HostPort;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.socket.LoopSockets;
import io.regionbridge.dns.socket.SocketFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the sockets to gateways of one event loop share. */
final class LoopState {
  private static final Logger log = LoggerFactory.getLogger(LoopState.class);
  private static final long QUIET_NANOS = 10_000_000_000L;

  private final LoopSockets sockets;
  private final GatewayRegistry registry;
  private final ReplyHandler replies;
  private final Runnable turnEnds;
  private final LongSupplier clock;
  private final RandomIds ids = new RandomIds();
  private final PeerAddress nobody = new PeerAddress();
  private final byte[] packet = new byte[512];
  private final List<Runnable> toFlush = new ArrayList<>();
  private long turn;
  private long lastComplaint = Long.MIN_VALUE / 2;

  /**
   * @param turnEnds called after a batch of replies
   * @param clock nanoseconds that never go back
   */
  LoopState(
      LoopSockets sockets,
      GatewayRegistry registry,
      ReplyHandler replies,
      Runnable turnEnds,
      LongSupplier clock) {
    this.sockets = sockets;
    this.registry = registry;
    this.replies = replies;
    this.turnEnds = turnEnds;
    this.clock = clock;
  }

  LoopSockets sockets() {
    return sockets;
  }

  ReplyHandler replies() {
    return replies;
  }

  /** How the region's gateways are asked over TLS, or null if they are asked in the clear. */
  @Nullable ClientTls tls(String region) {
    return registry.tls(region);
  }

  /** Nanoseconds within which a question is answered. */
  long timeout() {
    return registry.settings().timeout();
  }

  long now() {
    return clock.getAsLong();
  }

  RandomIds ids() {
    return ids;
  }

  /** The address of connected sockets, which need none. */
  PeerAddress nobody() {
    return nobody;
  }

  /** Where queries are written. */
  byte[] packet() {
    return packet;
  }

  /** Counts the times that the loop has sent what it had. */
  long turn() {
    return turn;
  }

  /** Has something sent at the end of the turn. */
  void flushLater(Runnable flush) {
    toFlush.add(flush);
  }

  /** Sends what is queued. Called at the end of each turn of the loop. */
  void flush() {
    for (int i = 0; i < toFlush.size(); i++) {
      toFlush.get(i).run();
    }
    toFlush.clear();
    turn++;
  }

  /** A batch of replies is through. */
  void endTurn() {
    turnEnds.run();
  }

  /** Says so, but not for every question. */
  void noteSocketFailure(GatewayHealth gateway, IOException e) {
    long now = clock.getAsLong();
    if (now - lastComplaint > QUIET_NANOS) {
      lastComplaint = now;
      String address = HostPort.text(gateway.address());
      String reason = SocketFailure.reason(e);
      log.atWarn()
          .addKeyValue("region", gateway.region())
          .addKeyValue("gateway", address)
          .addKeyValue("reason", reason)
          .log("no socket to gateway {} of region {}: {}", address, gateway.region(), reason);
    }
  }
}
