package io.regionbridge.router.coredns;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** What the cluster's CoreDNS is to forward, and where to, by the topology. Pure. */
public final class Forwards {
  private static final int DNS = 53;

  private Forwards() {}

  /**
   * The local domain, those of names over all regions, then each peer's domain with the reverse
   * zones of its pods.
   */
  public static List<ForwardedZones> zones(Topology topology, List<String> everywhere) {
    List<ForwardedZones> zones = new ArrayList<>();
    zones.add(new ForwardedZones(List.of(topology.local().domain())));
    everywhere.forEach(domain -> zones.add(new ForwardedZones(List.of(domain))));
    Topology.Disputes disputes = topology.disputes();
    for (PeerRegion peer : topology.peers()) {
      List<String> names = new ArrayList<>(List.of(peer.domain()));
      disputes.undisputed(peer, peer.podCidrs()).stream().map(Cidr::toString).forEach(names::add);
      zones.add(new ForwardedZones(names));
    }
    return zones;
  }

  /** The ClusterIPs of a Service in front of the bridges, as far as they are known. */
  public static List<InetSocketAddress> service(Directory directory, ServiceKey name) {
    DirectoryService service = directory.service(name);
    if (service == null) {
      return List.of();
    }
    int port =
        service.facts().ports().stream()
            .filter(p -> p.protocol() == Protocol.UDP)
            .mapToInt(ServiceFacts.Port::port)
            .findFirst()
            .orElse(DNS);
    return service.facts().clusterIps().stream()
        .map(address -> new InetSocketAddress(address.toInetAddress(), port))
        .toList();
  }

  /** The bridges of the local region. */
  public static List<InetSocketAddress> upstreams(Topology topology) {
    return topology.local().gateways().stream()
        .flatMap(gateway ->
            gateway.nodeAddress().stream()
                .map(address -> new InetSocketAddress(address, gateway.dnsPort())))
        .toList();
  }
}
