package io.regionbridge.router.election;

import java.time.Duration;

/**
 * Makes a {@link Reach} of what probes find from moment to moment: blind only after a while, so
 * that one lost probe moves nothing; seeing again only after a longer one, so that a tunnel that
 * comes and goes does not have the role come and go with it. No clock of its own; owned by one
 * thread.
 */
public final class ReachObserver {
  /** How long nobody must have answered. */
  static final Duration LOSS = Duration.ofSeconds(1);

  /** How long somebody must have answered without a break after that. */
  static final Duration RECOVERY = Duration.ofSeconds(5);

  private Reach reach = Reach.UNKNOWN;
  private boolean wasUp;
  private boolean began;
  private boolean recovering;
  private long since;

  /**
   * Takes note of what is found now.
   *
   * @param probed whether any gateway has been probed so far
   * @param up whether one of them answers
   * @param now nanoseconds of any monotonic clock
   */
  public Reach look(boolean probed, boolean up, long now) {
    if (!probed) {
      began = false;
      reach = Reach.UNKNOWN;
      return reach;
    }
    if (!began || up != wasUp) {
      began = true;
      wasUp = up;
      since = now;
    }
    long steady = now - since;
    if (!up) {
      if (steady >= LOSS.toNanos()) {
        reach = Reach.BLIND;
        recovering = true;
      }
    } else if (!recovering || steady >= RECOVERY.toNanos()) {
      reach = Reach.SEEING;
      recovering = false;
    } else {
      reach = Reach.UNKNOWN;
    }
    return reach;
  }
}
