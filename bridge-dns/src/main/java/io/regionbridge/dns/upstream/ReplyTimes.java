package io.regionbridge.dns.upstream;

/**
 * How long the replies of one gateway take, smoothed as TCP does with its round trips (RFC 6298
 * section 2), on one event loop. Nanoseconds.
 */
final class ReplyTimes {
  /** Patience with a gateway that nothing is known of yet. */
  private static final long FIRST_PATIENCE = 250_000_000;

  /**
   * Never ask a second gateway sooner: a garbage collection or a busy core over there is no reason.
   */
  private static final long LEAST_PATIENCE = 12_000_000;

  private double smoothed;
  private double deviation;

  /** The same, but slower by the times that it was outrun. */
  private double rank;

  /** A reply came after so many nanoseconds. */
  void took(long nanos) {
    if (smoothed == 0) {
      smoothed = nanos;
      deviation = nanos / 2.0;
      rank = nanos;
    } else {
      deviation += (Math.abs(nanos - smoothed) - deviation) / 4;
      smoothed += (nanos - smoothed) / 8;
      rank += (nanos - rank) / 8;
    }
  }

  /**
   * Another gateway was faster than a question here, which is out for so long already. It may be
   * slow, and then the other is the better one; or the packet was lost, and that says nothing of
   * how long a reply takes. So it counts when one is chosen, not when one is waited for: on a line
   * that loses packets patience would grow, and the tries of a question become too few.
   */
  void outrun(long nanos) {
    if (nanos > rank && rank > 0) {
      rank += (nanos - rank) / 8;
    }
  }

  /**
   * What a reply usually takes.
   *
   * @param probed what the probes say, for a gateway not asked yet; 0 if they say nothing
   */
  double usual(long probed) {
    return smoothed > 0 ? smoothed : probed;
  }

  /** What a reply is feared to take, to choose the best gateway by. */
  double feared(long probed) {
    return rank > 0 ? rank : probed;
  }

  /**
   * After what time a reply is later than usual.
   *
   * @param most never more than that
   */
  long patience(long probed, long most) {
    double usual = usual(probed);
    double spread = smoothed > 0 ? deviation : usual / 2;
    double wait = usual <= 0 ? FIRST_PATIENCE : usual + 4 * spread;
    return (long) Math.min(Math.max(wait, LEAST_PATIENCE), (double) most);
  }
}
