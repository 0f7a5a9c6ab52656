package io.regionbridge.router.loop;

import java.time.Duration;

/**
 * How a loop fares at one moment.
 *
 * @param age how long ago the last good round ended; since the start if there was none. Of a loop
 *     whose rounds wait for something this says nothing
 * @param failures rounds that failed since the start
 * @param problem why it does not fare well, in words; empty if it does
 */
public record LoopHealth(String name, State state, Duration age, long failures, String problem) {
  /** How it fares. */
  public enum State {
    /** The last round was good, or is under way. */
    RUNNING,
    /** The last rounds failed; it is tried again. */
    FAILING,
    /** A round does not end. */
    STUCK,
    /** Its thread is gone. */
    ENDED
  }

  /** Whether it does what it is there for. */
  public boolean good() {
    return state == State.RUNNING;
  }
}
