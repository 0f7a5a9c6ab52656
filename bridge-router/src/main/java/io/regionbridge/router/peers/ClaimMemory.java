package io.regionbridge.router.peers;

import io.regionbridge.router.topology.PeerClaim;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Bridges the moment in which an overlay moves a range from one gateway of a region to another: its
 * device routes the range to nobody then, or to a gateway that was not asked yet. A peer of the
 * device keeps the claim that it had for {@link #GRACE}, and longer while nobody of the region
 * answers. Without a clock; owned by whoever holds the caller's lock.
 */
final class ClaimMemory {
  /** Long enough to ask the other gateway in the next round. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private final Map<InetAddress, Held> held = new HashMap<>();

  private record Held(PeerClaim claim, long at) {}

  /**
   * The claim of a peer that counts.
   *
   * @param claim by the routes that the device has now
   * @param silent whether nobody says who has the ranges now: a node whose own tunnel is dead still
   *     hears from the overlay's agent that a range was moved
   * @param now nanoseconds that never go back
   */
  Optional<PeerClaim> of(InetAddress address, Optional<PeerClaim> claim, boolean silent, long now) {
    claim.ifPresent(present -> held.put(address, new Held(present, now)));
    Held last = held.get(address);
    return last != null && (silent || now - last.at() < GRACE.toNanos())
        ? Optional.of(last.claim())
        : Optional.empty();
  }

  /** Whether a peer has had a claim since the device has it. */
  boolean knows(InetAddress address) {
    return held.containsKey(address);
  }

  /** Forgets the claims of all that the device does not have. */
  void retain(Set<InetAddress> there) {
    held.keySet().retainAll(there);
  }
}
