package io.regionbridge.router.election;

import java.util.Optional;
import java.util.function.Consumer;

/** Where the Lease is. */
interface LeaseStore extends AutoCloseable {
  /**
   * Begins to watch the Lease.
   *
   * @param onLease gets each version, or empty if there is none; on any thread
   */
  void start(Consumer<Optional<LeaseState>> onLease);

  /** Writes it in place of the version that is named. Blocks, for five seconds at most. */
  LeaseWrite.Outcome write(LeaseWrite write);

  /**
   * Reads the Lease after a write that has shown that the known version is outdated. Blocks for at
   * most five seconds; empty if it cannot be read, or the watch will deliver it.
   */
  default Optional<LeaseState> read() {
    return Optional.empty();
  }

  /** Why it could not be read or written the last time; empty if it could. Any thread. */
  default Optional<String> problem() {
    return Optional.empty();
  }

  @Override
  void close();
}
