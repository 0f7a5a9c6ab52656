package io.regionbridge.router.wireguard;

import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A peer as a device reports it.
 *
 * @param endpoint where packets to it go now: as configured, or the source of its last
 *     authenticated packet
 * @param persistentKeepalive seconds between keepalives, 1 to 65535; 0: none
 * @param latestHandshake when the last handshake completed; empty: never
 * @param rxBytes octets since it was added, as is {@code txBytes}
 * @param allowedIps routed to it and accepted from it, sorted and without duplicates
 */
public record Peer(
    PublicKey publicKey,
    Optional<PresharedKey> presharedKey,
    Optional<PeerEndpoint> endpoint,
    int persistentKeepalive,
    Optional<Instant> latestHandshake,
    long rxBytes,
    long txBytes,
    List<Cidr> allowedIps) {
  public Peer {
    allowedIps = allowedIps.stream().sorted().distinct().toList();
  }

  /** The same peer with other allowed IPs. */
  public Peer routing(List<Cidr> ranges) {
    return new Peer(
        publicKey,
        presharedKey,
        endpoint,
        persistentKeepalive,
        latestHandshake,
        rxBytes,
        txBytes,
        ranges);
  }

  /** A peer with nothing but its key. */
  public static Peer of(PublicKey publicKey) {
    return new Peer(
        publicKey, Optional.empty(), Optional.empty(), 0, Optional.empty(), 0, 0, List.of());
  }
}
