package io.regionbridge.router.discovery;

import java.time.Instant;
import java.util.List;

/**
 * How far one resource is known.
 *
 * @see ResourceWatch
 */
public sealed interface WatchStatus {
  /** Asked for the first time, not yet answered. */
  record Starting() implements WatchStatus {}

  /**
   * Listed and watched: what is known is what is.
   *
   * @param ignored invalid objects, each with the reason; what was known of them before stays in
   *     force
   */
  record Current(List<String> ignored) implements WatchStatus {
    public Current {
      ignored = List.copyOf(ignored);
    }
  }

  /**
   * The resource cannot be read now. What was known stays in force, and reading is retried forever.
   *
   * @param since when it stopped being current, or was asked first
   * @param known whether there was a full list before
   */
  record Failing(Instant since, ReadFailure failure, boolean known) implements WatchStatus {}
}
