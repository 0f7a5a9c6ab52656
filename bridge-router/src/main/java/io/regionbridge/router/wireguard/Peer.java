package io.regionbridge.router.wireguard;

import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A peer as a device reports it: how it is configured and what passed between it and the device.
 *
 * @param publicKey what the peer is known by
 * @param presharedKey mixed into its handshakes, when there is one
 * @param endpoint where packets to it go now: as configured, or from where it last sent a packet
 *     that authenticated
 * @param persistentKeepalive seconds between keepalives that are sent unasked, 1 to 65535; 0: none
 * @param latestHandshake when the last handshake completed; empty: never
 * @param rxBytes octets received from it since it was added
 * @param txBytes octets sent to it since it was added
 * @param allowedIps the ranges routed to it and accepted from it, sorted and without duplicates
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
