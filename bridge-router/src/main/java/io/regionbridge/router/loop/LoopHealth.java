package io.regionbridge.router.loop;

import java.time.Duration;

/**
 * The health of a loop at one moment.
 *
 * @param age since the last good round ended, or the start; meaningless for a loop whose rounds
 *     wait
 * @param failures since the start
 * @param problem in words; empty if there is none
 */
public record LoopHealth(String name, State state, Duration age, long failures, String problem) {
  /** The state of a loop. */
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

  /** Whether the loop works. */
  public boolean good() {
    return state == State.RUNNING;
  }
}
