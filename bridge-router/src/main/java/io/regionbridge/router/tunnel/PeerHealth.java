package io.regionbridge.router.tunnel;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the tunnel to one peer is, as far as handshakes and traffic tell.
 *
 * @param state the verdict
 * @param since when that verdict was first reached
 * @param latestHandshake of the peer; empty: never
 */
public record PeerHealth(
    State state, Instant since, Optional<Instant> latestHandshake, Traffic traffic) {
  /** The verdicts, best first. */
  public enum State {
    /** There is a session and nothing speaks against it. */
    UP,
    /** There may be no session, and nobody has wanted one: nothing was sent. */
    IDLE,
    /** There is a session, but what was sent has not been answered in time. */
    SILENT,
    /** There is no session although something was sent, or should have been. */
    DOWN
  }

  /**
   * What the counters say.
   *
   * @param rxBytes as last read
   * @param txBytes as last read
   * @param unansweredSince when something was first sent after which nothing came
   */
  record Traffic(long rxBytes, long txBytes, @Nullable Instant unansweredSince) {}
}
