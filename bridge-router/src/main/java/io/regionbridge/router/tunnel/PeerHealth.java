package io.regionbridge.router.tunnel;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of the tunnel to one peer, by handshakes and traffic.
 *
 * @param since when that state was first found
 * @param latestHandshake empty: never
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
   * The counters as last read.
   *
   * @param unansweredSince when the first packet without a reply was sent
   */
  record Traffic(long rxBytes, long txBytes, @Nullable Instant unansweredSince) {}
}
