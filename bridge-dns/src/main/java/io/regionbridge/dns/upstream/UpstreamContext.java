package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.HostPort;
import io.regionbridge.dns.socket.ClientTls;
import io.regionbridge.dns.socket.LoopSockets;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the links of one event loop share. */
final class UpstreamContext {
  private static final Logger log = LoggerFactory.getLogger(UpstreamContext.class);
  private static final long QUIET = 10_000_000_000L;

  private final LoopSockets sockets;
  private final Asker asker;
  private final GatewayRegistry registry;
  private final RandomIds ids = new RandomIds();
  private final byte[] packet = new byte[512];
  private long turn;
  private long lastComplaint = Long.MIN_VALUE / 2;

  UpstreamContext(LoopSockets sockets, Asker asker, GatewayRegistry registry) {
    this.sockets = sockets;
    this.registry = registry;
    this.asker = asker;
  }

  LoopSockets sockets() {
    return sockets;
  }

  Asker asker() {
    return asker;
  }

  /** How the region's gateways are asked over TLS, or null if they are asked in the clear. */
  @Nullable ClientTls tls(String region) {
    return registry.tls(region);
  }

  RandomIds ids() {
    return ids;
  }

  /** Where queries are written. */
  byte[] packet() {
    return packet;
  }

  /** Counts the times that the loop has sent what it had. */
  long turn() {
    return turn;
  }

  void nextTurn() {
    turn++;
  }

  /** Says so, but not for every question. */
  void noteSocketFailure(GatewayHealth gateway, IOException e) {
    long now = System.nanoTime();
    if (now - lastComplaint > QUIET) {
      lastComplaint = now;
      log.warn(
          "no socket to gateway {} of region {}: {}",
          HostPort.text(gateway.address()),
          gateway.region(),
          e.getMessage());
    }
  }
}
