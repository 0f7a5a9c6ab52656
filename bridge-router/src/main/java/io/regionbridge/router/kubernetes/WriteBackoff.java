package io.regionbridge.router.kubernetes;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps writes that fail from being tried at each look, of which there may be many a second: each
 * failure of the same thing doubles the wait up to {@link #LONGEST}, and a success ends it. Owned
 * by one thread.
 */
public final class WriteBackoff {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int MOST_DOUBLINGS = 5;

  private final Clock clock;
  private final Map<String, Failures> failures = new HashMap<>();

  private record Failures(int count, Instant next) {}

  public WriteBackoff(Clock clock) {
    this.clock = clock;
  }

  /** Whether it may be tried now. */
  public boolean permits(String what) {
    Failures before = failures.get(what);
    return before == null || !clock.instant().isBefore(before.next());
  }

  /** It failed. */
  public void failed(String what) {
    Failures before = failures.getOrDefault(what, new Failures(0, Instant.MIN));
    Duration doubled = FIRST.multipliedBy(1L << Math.min(before.count(), MOST_DOUBLINGS));
    Duration wait = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    failures.put(what, new Failures(before.count() + 1, clock.instant().plus(wait)));
  }

  /** It worked, or there is nothing to write any more. */
  public void succeeded(String what) {
    failures.remove(what);
  }
}
