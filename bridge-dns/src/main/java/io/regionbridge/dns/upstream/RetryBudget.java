package io.regionbridge.dns.upstream;

/**
 * How many questions may be sent a second time on mere suspicion, while their gateway answers
 * others: so many for each question asked and each second. When everything is slow, because a line
 * or this machine is full, second tries would only make it fuller. For one event loop.
 */
final class RetryBudget {
  /** Of a hundred questions ten may be repeated. */
  private static final double PER_QUESTION = 0.1;

  /** At a few questions a second each may be repeated: a lossy line is no overload. */
  private static final double PER_SECOND = 50;

  private static final double MOST = 100;

  private double credit = MOST;
  private long filledAt;

  RetryBudget(long now) {
    filledAt = now;
  }

  /** A question is asked. */
  void question() {
    credit = Math.min(MOST, credit + PER_QUESTION);
  }

  /** Whether one more may be repeated. */
  boolean take(long now) {
    credit = Math.min(MOST, credit + (now - filledAt) * 1e-9 * PER_SECOND);
    filledAt = now;
    if (credit < 1) {
      return false;
    }
    credit--;
    return true;
  }
}
