package io.regionbridge.router.kubernetes;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How often the same content of one object was written. Where somebody undoes it time and again,
 * each write waits twice as long as the one before. Owned by one thread.
 */
public final class Rewrites {
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  /** What stayed for so long was not undone. */
  private static final Duration STAYED = Duration.ofMinutes(10);

  /** In this time the watch shows a write, as a rule. */
  private static final Duration NEWS = Duration.ofSeconds(10);

  /** So many writes within {@link #STAYED} are no accident. */
  private static final int CONTESTED = 3;

  private static final int MOST_DOUBLINGS = 10;

  private final Clock clock;
  private @Nullable Last last;

  private record Last(Object content, String before, int count, Instant at, Instant next) {}

  public Rewrites(Clock clock) {
    this.clock = clock;
  }

  /** Whether a write of this content has not been seen yet: the object is as it was before it. */
  public boolean isUnseen(Object content, String version) {
    return last != null
        && last.content().equals(content)
        && last.before().equals(version)
        && clock.instant().isBefore(last.at().plus(NEWS));
  }

  /** Whether the content may be written now. */
  public boolean permits(Object content) {
    return last == null
        || !last.content().equals(content)
        || !clock.instant().isBefore(last.next());
  }

  /**
   * It was written.
   *
   * @param before the version of the object that it replaced; empty: there was none
   */
  public void wrote(Object content, String before) {
    Instant now = clock.instant();
    int count =
        last != null && last.content().equals(content) && now.isBefore(last.at().plus(STAYED))
            ? last.count() + 1
            : 1;
    Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(count - 1, MOST_DOUBLINGS));
    last =
        new Last(
            content,
            before,
            count,
            now,
            now.plus(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait));
  }

  /** How often it was written, where somebody undoes it; empty: nobody does. */
  public Optional<Integer> contested() {
    return Optional.ofNullable(last)
        .filter(l -> l.count() >= CONTESTED && clock.instant().isBefore(l.at().plus(STAYED)))
        .map(Last::count);
  }
}
