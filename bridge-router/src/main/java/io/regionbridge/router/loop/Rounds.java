package io.regionbridge.router.loop;

import io.regionbridge.router.loop.LoopHealth.State;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * What became of the rounds of one loop, and what follows from it. No clock and no thread; times
 * are nanoseconds of any monotonic clock. Guarded by its owner.
 */
final class Rounds {
  /** A round that fails is tried again after so long, then after twice that, and so on ... */
  static final Duration FIRST_RETRY = Duration.ofMillis(100);

  /** ... up to this, or the loop's period if that is shorter. */
  static final Duration LAST_RETRY = Duration.ofSeconds(5);

  /** A single failure that the next round mends is not reported. */
  static final int FAILURES_TOLERATED = 1;

  /** A round that waits for something, and has done so for this long, works. */
  static final Duration WAITS_WELL = Duration.ofSeconds(5);

  private final String name;
  private final Timing timing;
  private final Backoff backoff;
  private boolean running;
  private long began;
  private long lastGood;
  private long failed;
  private int failedInARow;
  private String problem = "";

  /**
   * @param random a number from 0 to 1, a new one at each call
   */
  Rounds(String name, Timing timing, DoubleSupplier random, long now) {
    this.name = name;
    this.timing = timing;
    this.lastGood = now;
    boolean often = !timing.isWaiting() && timing.period().compareTo(LAST_RETRY) < 0;
    this.backoff = new Backoff(FIRST_RETRY, often ? timing.period() : LAST_RETRY, random);
  }

  void begin(long now) {
    running = true;
    began = now;
  }

  /** Records a good round, and returns how many before it had failed. */
  int succeed(long now) {
    int before = failedInARow;
    running = false;
    lastGood = now;
    failedInARow = 0;
    problem = "";
    backoff.reset();
    return before;
  }

  /** Records a failed round, and returns how long to wait before the next one. */
  Duration fail(String why) {
    running = false;
    failed++;
    failedInARow++;
    problem = why;
    return backoff.next();
  }

  /** Rounds that failed since the last good one. */
  int failedInARow() {
    return failedInARow;
  }

  /**
   * The health of the loop.
   *
   * @param ended whether its thread ended without a stop
   */
  LoopHealth health(boolean ended, long now) {
    Duration age = Duration.ofNanos(now - lastGood);
    if (ended) {
      return new LoopHealth(name, State.ENDED, age, failed, "it has ended: " + problem);
    }
    Duration takes = Duration.ofNanos(now - began);
    boolean waitsWell = running && timing.isWaiting() && takes.compareTo(WAITS_WELL) > 0;
    if (failedInARow > FAILURES_TOLERATED && !waitsWell) {
      String why = "%d rounds in a row have failed: %s".formatted(failedInARow, problem);
      return new LoopHealth(name, State.FAILING, age, failed, why);
    }
    if (running && timing.longestRound().filter(most -> takes.compareTo(most) > 0).isPresent()) {
      String why = "a round has not ended for %d s".formatted(takes.toSeconds());
      return new LoopHealth(name, State.STUCK, age, failed, why);
    }
    return new LoopHealth(name, State.RUNNING, age, failed, "");
  }
}
