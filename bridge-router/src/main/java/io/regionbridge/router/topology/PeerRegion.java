package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Another region, merged from all sources.
 *
 * @param contain whether answers with addresses outside its ranges are refused
 * @param tunnels its ends of tunnels, where this region makes them
 * @param bounded whether anybody claims ranges of it: then its answers are checked against those
 *     that are left
 */
public record PeerRegion(
    String name,
    String domain,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    List<Gateway> gateways,
    boolean contain,
    Set<PeerSource> sources,
    List<TunnelEnd> tunnels,
    boolean bounded) {
  /** One of whose ranges none was refused. */
  public PeerRegion(
      String name,
      String domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      List<Gateway> gateways,
      boolean contain,
      Set<PeerSource> sources,
      List<TunnelEnd> tunnels) {
    this(
        name,
        domain,
        podCidrs,
        serviceCidrs,
        gateways,
        contain,
        sources,
        tunnels,
        !(podCidrs.isEmpty() && serviceCidrs.isEmpty()));
  }

  public PeerRegion {
    tunnels = List.copyOf(tunnels);
    podCidrs = List.copyOf(podCidrs);
    serviceCidrs = List.copyOf(serviceCidrs);
    gateways = List.copyOf(gateways);
    sources = Set.copyOf(sources);
  }

  /** Who knows of it, as {@code region-object}, the most trusted first. */
  public List<String> sourceNames() {
    return sources.stream()
        .sorted()
        .map(source -> source.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }

  /** The same region with other ends of tunnels. */
  public PeerRegion with(List<TunnelEnd> ends) {
    return new PeerRegion(
        name, domain, podCidrs, serviceCidrs, gateways, contain, sources, ends, bounded);
  }

  /** The same region with other ranges. */
  PeerRegion with(List<Cidr> pods, List<Cidr> services) {
    return new PeerRegion(
        name, domain, pods, services, gateways, contain, sources, tunnels, bounded);
  }

  /** The same region, of which ranges were claimed, whether or not any is left. */
  PeerRegion withBounds() {
    return new PeerRegion(
        name, domain, podCidrs, serviceCidrs, gateways, contain, sources, tunnels, true);
  }

  /** A gateway's address, with a port from 1 to 65535, and its node's name if known. */
  public record Gateway(InetSocketAddress address, Optional<String> node) {
    /**
     * @throws IllegalArgumentException for an unresolved name or port 0
     */
    public Gateway {
      if (address.isUnresolved() || address.getPort() == 0) {
        throw new IllegalArgumentException(address + " cannot be asked");
      }
    }
  }
}
