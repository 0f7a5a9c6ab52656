package io.regionbridge.api.http;

import io.netty.handler.codec.DecoderException;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs clients that violate their protocol, one in a minute: strangers cannot fill it. Lives on the
 * site's thread.
 */
final class ProtocolErrorLog {
  private static final Logger log = LoggerFactory.getLogger(ProtocolErrorLog.class);
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanos;
  private boolean logged;
  private long loggedAt;
  private long untold;

  ProtocolErrorLog() {
    this(System::nanoTime);
  }

  /** The same by another clock. */
  ProtocolErrorLog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Logs that a client's octets cannot be decoded. The message of {@code cause} is not logged: it
   * quotes them in hex, perhaps with a token.
   */
  void report(Object client, DecoderException cause) {
    long now = nanos.getAsLong();
    if (logged && now - loggedAt < PAUSE_NANOS) {
      untold++;
      return;
    }
    Throwable reason = cause.getCause() == null ? cause : cause.getCause();
    log.warn(
        "closed the connection of {}: it violates {} ({}){}",
        client,
        reason instanceof SSLException ? "TLS" : "HTTP",
        reason.getClass().getSimpleName(),
        untold == 0 ? "" : "; so were " + untold + " others since the last line");
    logged = true;
    loggedAt = now;
    untold = 0;
  }
}
