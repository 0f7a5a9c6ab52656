package io.regionbridge.router.topology;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/**
 * Who speaks for a region on the overlay, as one claim tells it.
 *
 * @param announcer what the overlay's device knows the claimant by; empty unless it is a gateway
 *     that speaks for itself
 * @param keys that are the region's, by the claim: WireGuard public keys in base64, or node IDs of
 *     tailscaled
 * @param addresses on the overlay that are the region's gateways, by the claim
 */
public record Identity(
    Optional<KeyHolder> announcer, Set<String> keys, Set<InetAddress> addresses) {
  /** A claim that tells nothing of it. */
  public static final Identity NONE = new Identity(Optional.empty(), Set.of(), Set.of());

  /**
   * A gateway as the overlay's device knows it.
   *
   * @param key WireGuard public key in base64, or node ID of tailscaled
   * @param address its own, which the device routes to that key alone
   */
  public record KeyHolder(String key, InetAddress address) {}

  public Identity {
    keys = Set.copyOf(keys);
    addresses = Set.copyOf(addresses);
  }

  /** What a declaration says: these keys, and nobody speaks. */
  public static Identity declared(Set<String> keys) {
    return new Identity(Optional.empty(), keys, Set.of());
  }
}
