package io.regionbridge.router.election;

import java.time.Duration;

/**
 * Makes a {@link Reach} of what probes find from moment to moment. Blind is who finds every gateway
 * down, which takes two probes of several packets each; seeing only who gets answers now, so that
 * nobody promises a way that may have ended for all alike, and who was blind only after a while, so
 * that a tunnel that comes and goes does not have the role come and go with it. No clock of its
 * own; owned by one thread.
 */
public final class ReachObserver {
  /** How long some gateway must have been up without a break after there was none. */
  static final Duration RECOVERY = Duration.ofSeconds(5);

  /** What probes through the tunnel find, over all gateways of all peers. */
  public enum Sight {
    /** There is no gateway, or none was probed so far. */
    NOBODY_ASKED,
    /** All are down. */
    SILENCE,
    /** Some are up, but replies of all these are overdue. */
    DOUBT,
    /** One that is up answers. */
    ANSWERS
  }

  private boolean recovering;
  private boolean wasUp;
  private long upSince;

  /** Records what is found at a time of any monotonic clock, in nanoseconds. */
  public Reach look(Sight found, long now) {
    boolean up = found == Sight.DOUBT || found == Sight.ANSWERS;
    if (up && !wasUp) {
      upSince = now;
    }
    wasUp = up;
    if (up && recovering && now - upSince >= RECOVERY.toNanos()) {
      recovering = false;
    }
    return switch (found) {
      case NOBODY_ASKED, DOUBT -> Reach.UNKNOWN;
      case SILENCE -> {
        recovering = true;
        yield Reach.BLIND;
      }
      case ANSWERS -> recovering ? Reach.UNKNOWN : Reach.SEEING;
    };
  }
}
