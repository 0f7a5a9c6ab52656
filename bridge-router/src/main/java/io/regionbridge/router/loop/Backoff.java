package io.regionbridge.router.loop;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next try: doubles from try to try up to a limit, and varies by a
 * quarter, so that many bridges do not all come back in the same moment. Owned by one thread.
 */
public final class Backoff {
  private final Duration first;
  private final Duration most;
  private final DoubleSupplier random;
  private int failures;

  /**
   * @param random a number from 0 to 1, a new one at each call
   */
  public Backoff(Duration first, Duration most, DoubleSupplier random) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  /** Resets the delay after a success. */
  public void reset() {
    failures = 0;
  }

  /** The delay after another failure. */
  public Duration next() {
    // A shift of 20 is beyond every limit in use and far from overflow.
    long doubled = first.toNanos() << Math.min(failures++, 20);
    long limited = Math.min(doubled, most.toNanos());
    return Duration.ofNanos((long) (limited * (0.75 + 0.5 * random.getAsDouble())));
  }
}
