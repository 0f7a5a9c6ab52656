package io.regionbridge.router.control;

import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.overlay.OverlaySettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is configured of the regions at one moment. Compared by value; empty lists and options mean
 * "find it out".
 *
 * @param name the local region's
 * @param domain of the local region, lower case, without a dot at the end
 * @param podCidrs of the local region
 * @param serviceCidrs of the local region
 * @param aliases how peers know the addresses of the local region
 * @param peers the peer regions that are declared
 * @param supernets ranges that any peer may claim parts of
 * @param allNames the domain in which a Service has one name over all regions, if there is one
 * @param dnsListen where this bridge serves DNS, as configured
 * @param httpPort where bridges answer by HTTP on the overlay; 0: peers are not asked
 * @param manifests files with the local Services, where there is no cluster
 * @param directoryRoom octets of memory that the local Services may take
 * @param keys directory of this node's WireGuard key, where there is no cluster
 */
public record RegionSettings(
    String name,
    String domain,
    List<Cidr> podCidrs,
    List<Cidr> serviceCidrs,
    AliasRanges aliases,
    List<Peer> peers,
    List<Cidr> supernets,
    Optional<String> allNames,
    List<InetSocketAddress> dnsListen,
    int httpPort,
    List<Path> manifests,
    long directoryRoom,
    Path keys,
    OverlaySettings overlay,
    EgressSettings egress,
    Cluster cluster) {
  public RegionSettings {
    podCidrs = List.copyOf(podCidrs);
    serviceCidrs = List.copyOf(serviceCidrs);
    peers = List.copyOf(peers);
    supernets = List.copyOf(supernets);
    dnsListen = List.copyOf(dnsListen);
    manifests = List.copyOf(manifests);
  }

  /**
   * A declared peer region.
   *
   * @param contain whether answers with addresses outside its ranges are refused
   * @param tunnel its end of the tunnel, where the bridge makes that
   * @param overlayKeys that may announce it on the overlay; empty: the first ones that do
   */
  public record Peer(
      String name,
      Optional<RegionDomain> domain,
      List<Cidr> podCidrs,
      List<Cidr> serviceCidrs,
      List<InetSocketAddress> gateways,
      boolean contain,
      Optional<Tunnel> tunnel,
      Set<String> overlayKeys) {
    public Peer {
      podCidrs = List.copyOf(podCidrs);
      serviceCidrs = List.copyOf(serviceCidrs);
      gateways = List.copyOf(gateways);
      overlayKeys = Set.copyOf(overlayKeys);
    }
  }

  /**
   * A declared peer's end of a tunnel.
   *
   * @param publicKey base64
   * @param endpoint where it is reached from outside; empty: it calls us
   * @param persistentKeepalive seconds between keepalives; 0: none
   */
  public record Tunnel(
      String publicKey, Optional<InetSocketAddress> endpoint, int persistentKeepalive) {}

  /**
   * What holds only in a cluster.
   *
   * @param routerLabel the label selector of router nodes
   * @param forwardTo the Service, in the bridges' namespace, that CoreDNS forwards to; empty: it
   *     forwards to the router nodes
   * @param netBird the namespace of NetBird's routers, if they are to be kept on the host network
   * @param multiCluster the domain of imported Services, if the Multi-Cluster Services API is on
   */
  public record Cluster(
      String routerLabel,
      Optional<String> forwardTo,
      Optional<String> netBird,
      Optional<String> multiCluster) {}
}
