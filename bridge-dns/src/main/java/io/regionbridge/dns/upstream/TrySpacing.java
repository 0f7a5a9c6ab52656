package io.regionbridge.dns.upstream;

/**
 * When a question is sent again. Each pause is twice the one before, so that a gateway which is
 * merely slow is not asked ever more. But where round trips are long for the time there is, that
 * would leave tries unused: there the pauses are such that the last try still has time for its
 * reply. On a line that loses packets every try counts. Nanoseconds.
 */
final class TrySpacing {
  private TrySpacing() {}

  /**
   * How long to wait after a try.
   *
   * @param sent tries so far, at least 1
   * @param lateAfter the least pause: after it a reply is late
   * @param expected time of a reply, 0 if unknown
   * @param left until the question must be answered
   */
  static long after(int sent, long lateAfter, long expected, long left) {
    int more = RelaySettings.MOST_TRIES - sent;
    if (more <= 0) {
      return left;
    }
    // The first two pauses are alike: the second gateway is as good as the first.
    long doubled = lateAfter << Math.max(0, sent - 2);
    return Math.max(lateAfter, Math.min(doubled, (left - expected) / more));
  }
}
