package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * A desired peer: one gateway of one region.
 *
 * @param name for people, such as {@code fsn1/node-2}
 * @param presharedKey if absent, one that the device has is removed
 * @param endpoint first address of the gateway; it may move. Empty for one behind NAT, which calls
 *     us
 * @param persistentKeepalive seconds between keepalives, 0 for none
 * @param allowedIps routed to it and accepted from it
 */
public record PlannedPeer(
    String name,
    PublicKey publicKey,
    Optional<PresharedKey> presharedKey,
    Optional<PeerEndpoint> endpoint,
    int persistentKeepalive,
    List<Cidr> allowedIps) {
  public PlannedPeer {
    allowedIps = allowedIps.stream().sorted().distinct().toList();
  }
}
