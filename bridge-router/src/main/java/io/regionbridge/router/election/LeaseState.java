package io.regionbridge.router.election;

import java.time.Duration;
import java.util.Optional;

/**
 * The Lease of the active gateway at one version.
 *
 * @param version of the object; empty if it is not written yet
 * @param holder the holder's node, or empty
 * @param incarnation which process on that node
 * @param transitions how often the holder has changed
 * @param permit how long each renewal of this holder lets it act
 * @param challenger the node that finds the holder dead; empty: none
 */
public record LeaseState(
    String version,
    String holder,
    String incarnation,
    int transitions,
    Duration permit,
    Optional<String> challenger) {

  /** Whether it is known to be older than another version, where versions can be compared. */
  boolean olderThan(LeaseState other) {
    try {
      return Long.parseUnsignedLong(version) < Long.parseUnsignedLong(other.version);
    } catch (NumberFormatException opaque) {
      return false;
    }
  }

  LeaseState challengedBy(String node) {
    return new LeaseState(version, holder, incarnation, transitions, permit, Optional.of(node));
  }

  LeaseState renewed(Duration nextPermit) {
    return new LeaseState(version, holder, incarnation, transitions, nextPermit, Optional.empty());
  }

  LeaseState takenBy(String node, String process, Duration nextPermit) {
    return new LeaseState(
        version,
        node,
        process,
        holder.equals(node) ? transitions : transitions + 1,
        nextPermit,
        Optional.empty());
  }

  LeaseState released() {
    return new LeaseState(version, "", "", transitions, permit, Optional.empty());
  }

  /** A Lease that nobody holds and that cannot be taken before a window has passed. */
  static LeaseState absent(String challenger, Duration permit) {
    return new LeaseState("", "", "", 0, permit, Optional.of(challenger));
  }
}
