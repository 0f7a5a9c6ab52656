package io.regionbridge.router.path;

import io.regionbridge.router.path.PathState.Verdict;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The probes of one path and their answers. Takes the time as a parameter, in nanoseconds of a
 * monotonic clock. Guarded by its owner's lock.
 */
final class PathRecord {
  /**
   * A path is silent after this many probes in a row without an answer. At two a second that is
   * five seconds; on a line that loses every third packet it happens once in eight hours.
   */
  static final int SILENCE = 10;

  /** Of probes of full size: each stands for some seconds. */
  static final int LARGE_SILENCE = 3;

  /** How long a verdict stays while a path cannot be probed any more, such as on a standby. */
  static final Duration MEMORY = Duration.ofMinutes(10);

  /** What was sent and is not answered yet; older ones are given up. */
  private static final int RECENT = 16;

  private final Map<Long, Integer> sent = new HashMap<>();
  private final long[] order = new long[RECENT];
  private int next;
  private int unanswered;
  private int largeUnanswered;
  private int answeredOctets;
  private boolean worked;
  private Optional<Long> lastAsked = Optional.empty();

  /**
   * Records a probe that is sent.
   *
   * @param octets of its IP packet
   */
  void asked(long nonce, int octets, boolean large, long now) {
    sent.remove(order[next]);
    order[next] = nonce;
    next = (next + 1) % RECENT;
    sent.put(nonce, octets);
    unanswered++;
    if (large) {
      largeUnanswered++;
    }
    lastAsked = Optional.of(now);
  }

  /** Records an answer; an answer to no known probe is ignored. */
  void answered(long nonce, int octets, boolean large) {
    Integer asked = sent.get(nonce);
    if (asked == null || asked != octets) {
      return;
    }
    sent.remove(nonce);
    unanswered = 0;
    worked = true;
    if (large) {
      largeUnanswered = 0;
      answeredOctets = octets;
    }
  }

  /** Whether it has ever worked. */
  boolean worked() {
    return worked;
  }

  /** The size of the largest packet that came back; 0: none did. */
  int octets() {
    return answeredOctets;
  }

  /** The verdict of the probes. */
  Verdict verdict() {
    if (unanswered >= SILENCE) {
      return Verdict.SILENT;
    }
    if (!worked) {
      return Verdict.PENDING;
    }
    if (largeUnanswered >= LARGE_SILENCE) {
      return Verdict.SMALL_ONLY;
    }
    return answeredOctets > 0 ? Verdict.WORKS : Verdict.PENDING;
  }

  /** Whether the last probe is too old to say anything. */
  boolean outdated(long now) {
    return lastAsked.filter(at -> now - at < MEMORY.toNanos()).isEmpty();
  }
}
