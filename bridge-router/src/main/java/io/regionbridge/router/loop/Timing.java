package io.regionbridge.router.loop;

import java.time.Duration;
import java.util.Optional;

/**
 * When the rounds of a loop begin, and how long one may take.
 *
 * @param settle how long a call of {@link Loop#lookAgain} waits for further calls
 * @param spacing minimum time between the beginnings of two rounds
 * @param period after which a round begins without a call
 * @param longestRound after which a round counts as stuck; empty: rounds may wait
 * @param virtual whether to use a virtual thread: for rounds that only wait for the network
 */
public record Timing(
    Duration settle,
    Duration spacing,
    Duration period,
    Optional<Duration> longestRound,
    boolean virtual) {
  private static final Duration LONGEST_ROUND = Duration.ofMinutes(2);
  private static final Duration NEVER = Duration.ofDays(1000);

  /** A round at each call, and one in each period. */
  public static Timing onCall(Duration settle, Duration period) {
    return new Timing(settle, Duration.ZERO, period, Optional.of(LONGEST_ROUND), false);
  }

  /** A round at each call, and not otherwise. */
  public static Timing onCall() {
    return onCall(Duration.ZERO, NEVER);
  }

  /** A round in each period, and at once at a call. */
  public static Timing every(Duration period) {
    return onCall(Duration.ZERO, period);
  }

  /** Round after round; each waits for what it is there for, however long that takes. */
  public static Timing waiting() {
    return new Timing(Duration.ZERO, Duration.ZERO, Duration.ZERO, Optional.empty(), false);
  }

  /** The same on a virtual thread. */
  public Timing onVirtualThread() {
    return new Timing(settle, spacing, period, longestRound, true);
  }

  /** The same with rounds that may take longer than the usual two minutes. */
  public Timing withRoundsOf(Duration longest) {
    return new Timing(settle, spacing, period, Optional.of(longest), virtual);
  }

  /** The same with so much time between the beginnings of rounds, however many calls there are. */
  public Timing spaced(Duration least) {
    return new Timing(settle, least, period, longestRound, virtual);
  }

  /** How long after a call a round begins. */
  Duration delay(Duration sinceLast) {
    Duration left = spacing.minus(sinceLast);
    return left.compareTo(settle) > 0 ? left : settle;
  }

  /** Whether rounds wait themselves. */
  boolean isWaiting() {
    return longestRound.isEmpty();
  }
}
