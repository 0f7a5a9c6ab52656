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
 * @param publicKey the gateway's
 * @param presharedKey if one is used; without, one that the device has is taken away
 * @param endpoint where to reach the gateway first; it may move. Empty for one behind NAT, which
 *     calls us
 * @param persistentKeepalive seconds between keepalives, 0 for none; wanted behind NAT
 * @param allowedIps what is routed to it and accepted from it
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
