package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What is known of a peer's directory at one moment, and how good it is.
 *
 * @param standing what the replica is good for
 * @param replica the last one, unless there is none to be used
 * @param since when the standing began, by the clock that only goes forward, in nanoseconds
 * @param currentAt when the replica was last known to be current, by that clock; 0: never
 * @param gateway that is followed
 * @param why the replica is not current, or the gateway that makes it so
 */
public record FollowerState(
    Standing standing,
    Optional<Replica> replica,
    long since,
    long currentAt,
    Optional<InetSocketAddress> gateway,
    String why) {

  /** Nothing is known yet. */
  static final FollowerState NONE =
      new FollowerState(
          Standing.NONE, Optional.empty(), System.nanoTime(), 0, Optional.empty(), "not read yet");

  /** Whether it is known by now how good the replica is. */
  public boolean isSettled() {
    return !equals(NONE);
  }

  /** What a replica is good for. */
  public enum Standing {
    /** It is what the peer has now: answers come from it. */
    CURRENT,
    /**
     * It is what the peer had when its feed was interrupted, not too long ago: used when no gateway
     * answers.
     */
    INTERRUPTED,
    /** There is none, or none that is of use: the peer is asked. */
    NONE
  }

  /**
   * A copy of a peer's directory at one moment. Immutable.
   *
   * @param directory complete
   * @param domain that its names lie under, without final dot
   * @param ttl of its names: whole seconds
   * @param position of it in the peer's log
   * @param octets of memory that it takes, estimated
   * @param refused how many Services of the last whole reading were left out, or lost endpoints,
   *     because the peer may not say that
   * @param reason why the last of them was; empty if there is none
   */
  public record Replica(
      Directory directory,
      String domain,
      Duration ttl,
      Position position,
      long octets,
      int refused,
      String reason) {}
}
