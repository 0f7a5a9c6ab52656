package io.regionbridge.router.overlay;

import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A peer of the overlay's device, as last seen.
 *
 * @param region that it is a gateway of; empty: none
 * @param endpoint empty: no packet came yet
 * @param state up, idle, silent or down
 * @param since empty: unknown
 */
public record PeerTunnel(
    String region,
    String publicKey,
    Optional<String> endpoint,
    List<Cidr> allowedIps,
    String state,
    Optional<Instant> since,
    Optional<Instant> latestHandshake,
    long rxBytes,
    long txBytes) {
  public PeerTunnel {
    allowedIps = List.copyOf(allowedIps);
  }
}
