package io.regionbridge.router.border;

import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What claims are checked against: facts of this region at one moment. Compared by value.
 *
 * @param region the local region's name, which no peer may have
 * @param supernets ranges of which any peer may claim parts
 * @param clusterDomains the cluster's own domains and the one of names over all regions, in lower
 *     case without a final dot
 * @param foreignZones zones in other people's CoreDNS blocks, likewise, without the root
 * @param own where this node serves DNS: its address in the cluster and on the overlay
 * @param apiServers addresses of the local API server
 */
public record BorderRules(
    String region,
    List<Cidr> supernets,
    Set<String> clusterDomains,
    Set<String> foreignZones,
    Set<InetSocketAddress> own,
    Set<InetAddress> apiServers) {
  /** What clusters are called unless something else is seen. */
  public static final String DEFAULT_CLUSTER_DOMAIN = "cluster.local";

  public BorderRules {
    supernets = List.copyOf(supernets);
    clusterDomains = Set.copyOf(clusterDomains);
    foreignZones = Set.copyOf(foreignZones);
    own = Set.copyOf(own);
    apiServers = Set.copyOf(apiServers);
  }

  /** Those of a region without a cluster. */
  public static BorderRules standalone(
      String region, List<Cidr> supernets, Collection<InetSocketAddress> own) {
    return new BorderRules(
        region, supernets, Set.of(DEFAULT_CLUSTER_DOMAIN), Set.of(), Set.copyOf(own), Set.of());
  }

  /** The rules with more domains of this cluster, for names over all regions. */
  public BorderRules with(Collection<String> everywhere) {
    Set<String> domains = new HashSet<>(clusterDomains);
    domains.addAll(everywhere);
    return new BorderRules(region, supernets, domains, foreignZones, own, apiServers);
  }

  /** Whether a region may have a range: all of it is in one of the ranges that any peer may use. */
  boolean permits(Cidr range) {
    return supernets.stream().anyMatch(supernet -> supernet.contains(range));
  }

  /**
   * Whether this node itself is on the loopback interface, so that all regions are on this machine:
   * then a loopback address is as good as another, and only its own sockets are its own.
   */
  boolean onLoopback() {
    return own.stream().anyMatch(socket -> socket.getAddress().isLoopbackAddress());
  }

  /** Whether a gateway would be this node. */
  boolean isOwn(InetSocketAddress gateway) {
    return own.contains(gateway)
        || !gateway.getAddress().isLoopbackAddress()
            && own.stream().anyMatch(socket -> socket.getAddress().equals(gateway.getAddress()));
  }

  /** Whether a gateway would be the API server. */
  boolean isApiServer(InetSocketAddress gateway) {
    return apiServers.stream()
        .anyMatch(
            address -> Arrays.equals(address.getAddress(), gateway.getAddress().getAddress()));
  }
}
