package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Another region, as all sources together say.
 *
 * @param gateways where its DNS is asked
 * @param contain whether answers with addresses outside its ranges are refused
 * @param sources who knows of it
 * @param tunnels its ends of tunnels, where this region makes them itself
 */
public record PeerRegion(
    String name,
    String domain,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    List<Gateway> gateways,
    boolean contain,
    Set<PeerSource> sources,
    List<TunnelEnd> tunnels) {
  /** One to which no tunnel is to be made. */
  public PeerRegion(
      String name,
      String domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      List<Gateway> gateways,
      boolean contain,
      Set<PeerSource> sources) {
    this(name, domain, podCidrs, serviceCidrs, gateways, contain, sources, List.of());
  }

  public PeerRegion {
    tunnels = List.copyOf(tunnels);
    podCidrs = List.copyOf(podCidrs);
    serviceCidrs = List.copyOf(serviceCidrs);
    gateways = List.copyOf(gateways);
    sources = Set.copyOf(sources);
  }

  /** The same region with other ends of tunnels. */
  public PeerRegion with(List<TunnelEnd> ends) {
    return new PeerRegion(name, domain, podCidrs, serviceCidrs, gateways, contain, sources, ends);
  }

  /**
   * One of its gateways.
   *
   * @param node its node's name, where it is known
   */
  public record Gateway(InetSocketAddress address, Optional<String> node) {}
}
