package io.regionbridge.router.election;

import java.util.Optional;
import java.util.function.Consumer;

/** Where the Lease is. */
interface LeaseStore extends AutoCloseable {
  /**
   * Begins to watch it.
   *
   * @param onLease gets the Lease, or that there is none, after each change; on any thread
   */
  void start(Consumer<Optional<LeaseState>> onLease);

  /** Writes it in place of the version that is named. Blocks, for five seconds at most. */
  LeaseWrite.Outcome write(LeaseWrite write);

  /**
   * Reads it, for one whose write has shown that it does not know the Lease as it is. Blocks, for
   * five seconds at most.
   *
   * @return empty if it cannot be read now, or the watch will tell
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
