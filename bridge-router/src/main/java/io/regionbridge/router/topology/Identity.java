package io.regionbridge.router.topology;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/**
 * Who announces a region on the overlay, by one claim.
 *
 * @param announcer the claimant; empty unless it is a gateway that announces itself
 * @param keys of the region: WireGuard public keys in base64, or node IDs of tailscaled
 * @param addresses of the region's gateways on the overlay
 */
public record Identity(
    Optional<KeyHolder> announcer, Set<String> keys, Set<InetAddress> addresses) {
  /** A claim without identity. */
  public static final Identity NONE = new Identity(Optional.empty(), Set.of(), Set.of());

  /**
   * A gateway as the overlay's device knows it.
   *
   * @param key WireGuard public key in base64, or node ID of tailscaled
   * @param address routed to that key alone
   */
  public record KeyHolder(String key, InetAddress address) {}

  public Identity {
    keys = Set.copyOf(keys);
    addresses = Set.copyOf(addresses);
  }

  /** The identity of a declaration with these keys. */
  public static Identity declared(Set<String> keys) {
    return new Identity(Optional.empty(), keys, Set.of());
  }
}
