package io.regionbridge.api.zones;

import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.zone.ClientPolicy;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.HostAddresses;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The kinds of clients, as ranges of addresses. Pure; compared by value, so that a policy is made
 * only when one of them changed.
 *
 * @param cluster pods and nodes of the local cluster, never loopback
 */
public record ClientRanges(List<Cidr> allowed, List<Cidr> cluster, List<Cidr> peers) {
  private static final List<Cidr> LOOPBACK = List.of(Cidr.of("127.0.0.0/8"), Cidr.of("::1/128"));

  /**
   * Derives the ranges.
   *
   * @param allow as configured; empty: derived from the rest
   * @param overlay the overlay's own ranges
   */
  public static ClientRanges of(
      List<Cidr> allow,
      Topology topology,
      List<Cidr> overlay,
      HostAddresses host,
      Collection<InetSocketAddress> listen) {
    List<Cidr> cluster = new ArrayList<>(topology.local().podCidrs().cidrs());
    topology.local().nodeAddresses().forEach(address -> cluster.add(Cidr.host(address)));
    host.node().forEach(address -> cluster.add(Cidr.host(address)));
    for (InetSocketAddress address : listen) {
      add(address.getAddress(), cluster);
    }
    List<Cidr> gateways = new ArrayList<>();
    List<Cidr> peers = new ArrayList<>();
    Topology.Disputes disputes = topology.disputes();
    for (PeerRegion peer : topology.peers()) {
      peer.gateways().forEach(g -> gateways.add(Cidr.host(g.address().getAddress())));
      // Whoever is in a range that is ours as well is taken to be ours.
      peers.addAll(disputes.undisputed(peer, peer.podCidrs()));
    }
    peers.addAll(gateways);
    List<Cidr> allowed = allow;
    if (allowed.isEmpty()) {
      allowed = new ArrayList<>(cluster);
      allowed.addAll(overlay);
      // A peer's gateway is on the overlay, whatever numbers that uses.
      allowed.addAll(gateways);
      allowed.addAll(LOOPBACK);
    }
    return new ClientRanges(distinct(allowed), distinct(cluster), distinct(peers));
  }

  /** The addresses of the local region's nodes, in the cluster and on the overlay. */
  public static List<Cidr> nodes(Topology topology, HostAddresses host) {
    List<Cidr> nodes = new ArrayList<>();
    topology.local().nodeAddresses().forEach(address -> nodes.add(Cidr.host(address)));
    host.node().forEach(address -> nodes.add(Cidr.host(address)));
    topology
        .local()
        .gateways()
        .forEach(gateway -> {
          gateway.nodeAddress().ifPresent(address -> nodes.add(Cidr.host(address)));
          gateway.overlayAddress().ifPresent(address -> nodes.add(Cidr.host(address)));
        });
    return distinct(nodes);
  }

  /** The same for the data plane. */
  public ClientPolicy policy() {
    return ClientPolicy.of(prefixes(allowed), prefixes(cluster), prefixes(peers));
  }

  /** Ranges as the data plane has them. */
  public static List<Prefix> prefixes(Collection<Cidr> ranges) {
    return ranges.stream().map(r -> new Prefix(r.network(), r.prefixLength())).toList();
  }

  private static void add(InetAddress address, List<Cidr> ranges) {
    if (!address.isLoopbackAddress() && !address.isAnyLocalAddress()) {
      ranges.add(Cidr.host(address));
    }
  }

  private static List<Cidr> distinct(Collection<Cidr> ranges) {
    return ranges.stream().distinct().sorted().toList();
  }
}
