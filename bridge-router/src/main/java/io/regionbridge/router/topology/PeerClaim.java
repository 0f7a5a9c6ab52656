package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * What one source says of a peer region. An empty list or value says nothing.
 *
 * @param name the region's name, an RFC 1123 label
 * @param tunnels its ends of tunnels
 */
public record PeerClaim(
    PeerSource source,
    String name,
    Optional<String> domain,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    List<PeerRegion.Gateway> gateways,
    Optional<Boolean> contain,
    List<TunnelEnd> tunnels) {
  /** One that says nothing of tunnels. */
  public PeerClaim(
      PeerSource source,
      String name,
      Optional<String> domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      List<PeerRegion.Gateway> gateways,
      Optional<Boolean> contain) {
    this(source, name, domain, podCidrs, serviceCidrs, gateways, contain, List.of());
  }

  public PeerClaim {
    tunnels = List.copyOf(tunnels);
    podCidrs = List.copyOf(podCidrs);
    serviceCidrs = List.copyOf(serviceCidrs);
    gateways = List.copyOf(gateways);
  }
}
