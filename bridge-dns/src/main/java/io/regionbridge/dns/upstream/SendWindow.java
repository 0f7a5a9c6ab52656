package io.regionbridge.dns.upstream;

/**
 * How many questions may be out with a gateway while it is in trouble: silent, or much slower than
 * it was. What it has taken and not answered it still has to work through; more than it answers
 * within the time of a question would make all answers too late, and would keep it so after the
 * trouble is over.
 *
 * <p>The window begins at what the gateway answers in that time when it is well, grows with each
 * reply that comes in time while it is full, and shrinks with each that is too late or never comes.
 * It grows quickly while replies take no longer for being more: then the gateway is slow, and has
 * not too much to do. Without trouble it does not count. For one event loop.
 */
final class SendWindow {
  /** At the beginning, however few questions the gateway has answered lately. */
  private static final int LEAST_AT_FIRST = 32;

  private static final int LEAST = 8;

  /** Of a question's time a reply may take this part; the rest is for waiting here. */
  private static final double SHARE = 0.85;

  /** By so much a window's worth of replies in time makes it larger. */
  private static final double GROWTH = 16;

  /** By so much each reply in time does while questions do not queue up in the gateway. */
  private static final double GROWTH_WITHOUT_QUEUE = 0.5;

  /** Questions queue up where replies take so many times as long as the quickest ones lately. */
  private static final double QUEUE = 1.25;

  /** The quickest reply is believed for this time; then it counts as twice as slow. */
  private static final double DOUBLING_NANOS = 20e9;

  private static final double SHRINK_IF_LATE = 0.05;
  private static final double SHRINK_IF_EXPIRED = 0.5;
  private static final long SECOND = 1_000_000_000;

  /** The rate falls by this part in a second with fewer replies. */
  private static final double FADE = 0.7;

  /** Questions that are out, those that were given up included. */
  private int out;

  /** The number of the question sent last. */
  private long last;

  /** The highest number that a reply came for. */
  private long passed;

  private double size;
  private boolean limiting;

  /** Nanoseconds that the quickest reply took since the trouble began. */
  private double quickest;

  private long quickestAt;

  private double rate;
  private int replies;
  private long countedSince;
  private boolean everReplied;

  /**
   * Seconds that the gateway will need for what is out, by the rate of its replies; 0 if that is
   * not known.
   */
  double backlogSeconds() {
    double perSecond = Math.max(rate, replies);
    return perSecond > 0 ? out / perSecond : 0;
  }

  /** Records that a question is sent, and returns its number. */
  long recordSent() {
    out++;
    return ++last;
  }

  /** Records that a question is no longer waited for. */
  void recordEnd(long number) {
    if (number > passed) {
      out--;
    }
  }

  /**
   * Records a reply. Questions that were sent before its own are answered or lost.
   *
   * @param timeout nanoseconds that a question has
   */
  void recordReply(long number, long nanos, long timeout, long now) {
    if (number > passed) {
      passed = number;
      out = (int) (last - number);
    }
    if (!everReplied || now - countedSince >= SECOND) {
      rate = Math.max(replies, FADE * rate);
      replies = 0;
      countedSince = now;
      everReplied = true;
    }
    replies++;
    if (nanos > SHARE * timeout) {
      size = Math.max(LEAST, Math.min(size, inTime(timeout)) - SHRINK_IF_LATE);
    } else if (out >= size / 2) {
      size += queuesUp(nanos, now) ? GROWTH / size : GROWTH_WITHOUT_QUEUE;
    }
  }

  private boolean queuesUp(long nanos, long now) {
    quickest = Math.min((double) nanos, quickest * (1 + (now - quickestAt) / DOUBLING_NANOS));
    quickestAt = now;
    return nanos > QUEUE * quickest;
  }

  /** What the gateway answers within a question's time, at the rate of its replies. */
  private double inTime(long timeout) {
    return SHARE * timeout / SECOND * Math.max(rate, replies);
  }

  /** Records that a reply never came. */
  void recordExpiry(long number) {
    if (number > passed) {
      size = Math.max(LEAST, size - SHRINK_IF_EXPIRED);
    }
  }

  /** Lifts the limit of a healthy gateway. */
  void lift() {
    limiting = false;
  }

  /**
   * Limits the window of a gateway in trouble.
   *
   * @param timeout nanoseconds that a question has
   */
  void limit(long timeout) {
    if (!limiting) {
      limiting = true;
      quickest = Double.MAX_VALUE;
      size = Math.max(LEAST_AT_FIRST, inTime(timeout));
    }
  }

  /** Whether one more may be sent. A repeated one must leave room for others. */
  boolean hasRoom(boolean repeated) {
    return !limiting || !everReplied || out < (repeated ? size / 2 : size);
  }
}
