package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A gateway of a peer region, from which {@link TunnelPlanner} plans a peer.
 *
 * @param name unique in the region
 * @param publicKey that it uses, or is about to leave
 * @param nextPublicKey that it is about to use; see {@link KeyStore}
 * @param endpoint where it can be reached from outside, if it can
 * @param active whether its region's traffic goes through it
 * @param ranges of its region: pod CIDRs, and service CIDRs if those are reached too
 */
public record RemoteGateway(
    String region,
    String name,
    PublicKey publicKey,
    Optional<PublicKey> nextPublicKey,
    InetAddress overlayAddress,
    Optional<PeerEndpoint> endpoint,
    Optional<PresharedKey> presharedKey,
    boolean active,
    List<Cidr> ranges) {
  public RemoteGateway {
    ranges = List.copyOf(ranges);
  }
}
