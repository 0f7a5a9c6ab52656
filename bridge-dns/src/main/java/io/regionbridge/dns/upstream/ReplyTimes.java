package io.regionbridge.dns.upstream;

/**
 * How long the replies of one gateway take, smoothed as TCP does with its round trips (RFC 6298
 * section 2), on one event loop. Nanoseconds.
 */
final class ReplyTimes {
  /** When a reply of a gateway is late of which nothing is known yet. */
  private static final long FIRST_LATE_AFTER_NANOS = 250_000_000;

  /**
   * Never ask a second gateway sooner: a garbage collection or a busy core over there is no reason.
   */
  private static final long LEAST_LATE_AFTER_NANOS = 12_000_000;

  /** A gateway is slow when replies take so many times as long as they once did, and this more. */
  private static final double SLOW_TIMES = 4;

  private static final double SLOW_NANOS = 50_000_000;

  /** The least time grows to twice as much in a minute: lines change. */
  private static final double DOUBLING_NANOS = 60e9;

  /** What was heard longer ago than this says little. */
  private static final long OLD_NANOS = 1_000_000_000;

  private double smoothed;
  private double deviation;
  private double least;
  private long heardAt;

  /** The same, but slower by the times that it was outrun. */
  private double rank;

  /** Records a reply after {@code nanos}. */
  void record(long nanos, long now) {
    if (smoothed == 0 || now - heardAt > OLD_NANOS) {
      smoothed = nanos;
      least = least == 0 ? nanos : least(nanos, now);
      deviation = nanos / 2.0;
      rank = nanos;
    } else {
      deviation += (Math.abs(nanos - smoothed) - deviation) / 4;
      smoothed += (nanos - smoothed) / 8;
      rank += (nanos - rank) / 8;
      least = least(nanos, now);
    }
    heardAt = now;
  }

  private double least(long nanos, long now) {
    return Math.min((double) nanos, least * (1 + Math.max(0, now - heardAt) / DOUBLING_NANOS));
  }

  /** Whether the probes say more than the last replies. */
  private boolean old(long probed, long now) {
    return smoothed == 0 || probed > 0 && now - heardAt > OLD_NANOS;
  }

  /** Whether there was a reply yet. */
  boolean known() {
    return smoothed > 0;
  }

  /** Whether replies take much longer than when the gateway had little to do. */
  boolean slow(long probed, long now) {
    return expectedRoundTrip(probed, now) > SLOW_TIMES * least + SLOW_NANOS && least > 0;
  }

  /**
   * Another gateway was faster than a question here, which is out for so long already. It may be
   * slow, and then the other is the better one; or the packet was lost, and that says nothing of
   * how long a reply takes. So it counts when one is chosen, not when one is waited for: on a line
   * that loses packets this time would grow, and the tries of a question become too few.
   */
  void recordFasterReply(long nanos) {
    if (nanos > rank && rank > 0) {
      rank += (nanos - rank) / 8;
    }
  }

  /**
   * The expected time of a reply.
   *
   * @param probed by probes, for a gateway not asked for a while; 0: unknown
   */
  double expectedRoundTrip(long probed, long now) {
    return old(probed, now) ? probed : smoothed;
  }

  /** A round trip that takes its spread into account, to choose the best gateway by. */
  double pessimisticRoundTrip(long probed, long now) {
    return old(probed, now) ? probed : rank;
  }

  /** The time after which a reply is later than expected, at most {@code most}. */
  long lateAfter(long probed, long most, long now) {
    double expected = expectedRoundTrip(probed, now);
    double spread = old(probed, now) ? expected / 2 : deviation;
    double wait = expected <= 0 ? FIRST_LATE_AFTER_NANOS : expected + 4 * spread;
    return (long) Math.min(Math.max(wait, LEAST_LATE_AFTER_NANOS), (double) most);
  }
}
