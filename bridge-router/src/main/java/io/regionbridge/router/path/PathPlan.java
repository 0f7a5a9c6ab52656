package io.regionbridge.router.path;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.topology.PeerRegion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which addresses path probes use. Pure.
 *
 * @param answering the address of the pod range at which this node answers the probes of peers
 * @param source the address that pods' packets have on the overlay when they leave by this node
 * @param targets the gateways to probe, by region
 * @param obstacles why a region is not probed, by region
 */
record PathPlan(
    Optional<InetAddress> answering,
    Optional<InetAddress> source,
    List<Target> targets,
    Map<String, String> obstacles) {
  PathPlan {
    targets = List.copyOf(targets);
    obstacles = Map.copyOf(obstacles);
  }

  /** A gateway of a peer, at an address in the pod range of its region. */
  record Target(String region, InetSocketAddress address) {}

  /**
   * Plans the probes.
   *
   * @param addresses of this node's interfaces that are up, without the overlay's
   * @param translated the overlay address that pods' packets get as their source, if any
   * @param announced by region, the addresses that gateways announce for probes
   */
  static PathPlan of(
      List<Cidr> pods,
      List<InterfaceAddress> addresses,
      Optional<InetAddress> translated,
      List<PeerRegion> peers,
      Map<String, List<InetSocketAddress>> announced) {
    Optional<InetAddress> own =
        addresses.stream()
            .map(InterfaceAddress::address)
            .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
            .filter(address -> pods.stream().anyMatch(range -> range.contains(address)))
            .findFirst();
    Optional<InetAddress> source = translated.or(() -> own);
    List<Target> targets = new ArrayList<>();
    Map<String, String> obstacles = new TreeMap<>();
    for (PeerRegion peer : peers) {
      if (source.isEmpty()) {
        obstacles.put(peer.name(), "no interface of this node has an address of " + text(pods));
        continue;
      }
      List<Target> found =
          announced.getOrDefault(peer.name(), List.of()).stream()
              .filter(address ->
                  peer.podCidrs().stream().anyMatch(r -> r.contains(address.getAddress())))
              .filter(address -> sameFamily(address.getAddress(), source.get()))
              .map(address -> new Target(peer.name(), address))
              .toList();
      if (found.isEmpty()) {
        obstacles.put(
            peer.name(),
            "no gateway of region %s says an address of its pod range that answers"
                .formatted(peer.name()));
      }
      targets.addAll(found);
    }
    return new PathPlan(own, source, targets, obstacles);
  }

  private static boolean sameFamily(InetAddress one, InetAddress other) {
    return one.getAddress().length == other.getAddress().length;
  }

  private static String text(List<Cidr> pods) {
    return pods.isEmpty()
        ? "a pod range, and none is known"
        : pods.stream().map(Cidr::toString).limit(4).collect(Collectors.joining(", "));
  }

  /** The addresses of a probe, in words. */
  String words(Target target) {
    return "from %s to %s"
        .formatted(
            source.map(IpLiteral::format).orElse("?"),
            IpLiteral.format(target.address().getAddress()));
  }
}
