package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PresharedKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a gateway of a peer region: what a {@link TunnelPlanner} plans a peer from.
 *
 * @param region its region's name
 * @param name its own, unique in the region
 * @param publicKey that it uses, or is about to leave
 * @param nextPublicKey that it is about to use; see {@link KeyStore} on rotation
 * @param overlayAddress its address on the overlay
 * @param endpoint where it can be reached from outside, if it can
 * @param presharedKey agreed with it, if one is
 * @param active whether it is the gateway that its region's traffic goes through
 * @param ranges of its region: pod CIDRs, and service CIDRs where those are reached too
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
