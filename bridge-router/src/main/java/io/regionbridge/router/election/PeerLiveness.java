package io.regionbridge.router.election;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Counts heartbeats of other router nodes. Told of each question sent and each answer; no clock of
 * its own. Dead is who has left so many questions in a row unanswered, each with its full time;
 * sooner if its machine says that nobody listens there.
 *
 * <p>Owned by one thread.
 */
final class PeerLiveness {
  /** Between two questions to one node. */
  static final Duration INTERVAL = Duration.ofMillis(150);

  /** Questions in a row without an answer that make a node dead: 0.75 seconds. */
  static final int MOST_MISSED = 5;

  /** The same when the node's kernel says that the port is closed. */
  static final int MOST_REFUSED = 2;

  /** How old the last round of a node that lives may be. */
  static final Duration OLDEST = INTERVAL.multipliedBy(MOST_MISSED);

  private final Map<String, Count> counts = new HashMap<>();
  private long lastRound = Long.MIN_VALUE;

  /** Asked and answered, of one node. */
  private static final class Count {
    private int missed;
    private int refused;
    private boolean awaited;
    private boolean answered;
    private Standing standing = Standing.UNFIT;
  }

  /**
   * Starts a round of questions, one to each node. A question of the last round without an answer
   * was missed, unless the rounds came late: then this process was stopped, and answers may be
   * unread.
   */
  void round(Set<String> nodes, long now) {
    boolean late = lastRound != Long.MIN_VALUE && now - lastRound > INTERVAL.toNanos() * 2;
    lastRound = now;
    counts.keySet().retainAll(nodes);
    for (String node : nodes) {
      Count count = counts.computeIfAbsent(node, _ -> new Count());
      if (late) {
        count.missed = 0;
        count.refused = 0;
      } else if (count.awaited) {
        count.missed++;
      }
      count.awaited = true;
    }
  }

  /**
   * A node has answered the last question or one before it. An answer whose sender's election has
   * not had a round for so long that the node would be dead without it is none: nobody there would
   * answer a challenge.
   */
  void answered(String node, Heartbeat.Report report) {
    Count count = counts.get(node);
    if (count != null && report.age().compareTo(OLDEST) <= 0) {
      count.missed = 0;
      count.refused = 0;
      count.awaited = false;
      count.answered = true;
      count.standing = report.standing();
    }
  }

  /** A node's kernel has refused the last question. */
  void refused(String node) {
    Count count = counts.get(node);
    if (count != null) {
      count.refused++;
    }
  }

  /**
   * What is known of a node. One that is not asked at all, because it is no router node, is dead.
   */
  Liveness of(String node) {
    Count count = counts.get(node);
    if (count == null) {
      return Liveness.DEAD;
    }
    if (count.missed >= MOST_MISSED || count.refused >= MOST_REFUSED) {
      return Liveness.DEAD;
    }
    if (!count.answered) {
      return Liveness.UNKNOWN;
    }
    return count.standing == Standing.UNFIT ? Liveness.UNFIT : Liveness.CANDIDATE;
  }

  /** Whether some node that could take over reaches a peer through its own tunnel. */
  boolean anySeeing() {
    return counts.entrySet().stream()
        .anyMatch(entry ->
            entry.getValue().standing == Standing.SEEING
                && of(entry.getKey()) == Liveness.CANDIDATE);
  }

  /** Whether some node could take over. */
  boolean anyCandidate() {
    return counts.keySet().stream().anyMatch(node -> of(node) == Liveness.CANDIDATE);
  }
}
