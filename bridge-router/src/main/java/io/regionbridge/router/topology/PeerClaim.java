package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.RegionDomain;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What one source claims of a peer region. An empty list or value claims nothing.
 *
 * @param name an RFC 1123 label
 * @param since when it was first declared; the epoch if unknown
 */
public record PeerClaim(
    PeerSource source,
    String name,
    Optional<RegionDomain> domain,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    List<PeerRegion.Gateway> gateways,
    Optional<Boolean> contain,
    List<TunnelEnd> tunnels,
    Identity identity,
    Instant since) {
  /** By source, the most trusted one first; within a source in an order that is always the same. */
  public static final Comparator<PeerClaim> ORDER =
      Comparator.comparing(PeerClaim::source)
          .thenComparing(claim -> claim.gateways().toString())
          .thenComparing(claim -> claim.podCidrs().toString())
          .thenComparing(claim -> claim.serviceCidrs().toString())
          .thenComparing(claim -> claim.domain().toString());

  /** One that is not dated. */
  public PeerClaim(
      PeerSource source,
      String name,
      Optional<RegionDomain> domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      List<PeerRegion.Gateway> gateways,
      Optional<Boolean> contain,
      List<TunnelEnd> tunnels,
      Identity identity) {
    this(
        source,
        name,
        domain,
        podCidrs,
        serviceCidrs,
        gateways,
        contain,
        tunnels,
        identity,
        Instant.EPOCH);
  }

  public PeerClaim {
    tunnels = List.copyOf(tunnels);
    podCidrs = List.copyOf(podCidrs);
    serviceCidrs = List.copyOf(serviceCidrs);
    gateways = List.copyOf(gateways);
  }

  /** The same claim with other values. */
  public PeerClaim with(
      Optional<RegionDomain> its,
      List<Cidr> pods,
      List<Cidr> services,
      List<PeerRegion.Gateway> ways) {
    return new PeerClaim(
        source, name, its, pods, services, ways, contain, tunnels, identity, since);
  }
}
