package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * What one source says of a peer region. An empty list or value says nothing.
 *
 * @param name the region's name, an RFC 1123 label
 */
public record PeerClaim(
    PeerSource source,
    String name,
    Optional<String> domain,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    List<PeerRegion.Gateway> gateways,
    Optional<Boolean> contain) {
  public PeerClaim {
    podCidrs = List.copyOf(podCidrs);
    serviceCidrs = List.copyOf(serviceCidrs);
    gateways = List.copyOf(gateways);
  }
}
