package io.regionbridge.router.overlay;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.peers.RegionTunnel;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.tunnel.PeerHealth;
import io.regionbridge.router.tunnel.TunnelHealth;
import io.regionbridge.router.tunnel.TunnelProblem;
import io.regionbridge.router.tunnel.TunnelView;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which peer of the overlay's device belongs to which region, and what follows from that. Pure. */
final class RegionTunnels {
  private RegionTunnels() {}

  /**
   * The region that a peer of the device is a gateway of: the one whose gateway it is, else the one
   * some of whose pods or Services are routed to it.
   */
  static Optional<PeerRegion> regionOf(Peer peer, List<PeerRegion> regions) {
    return regions.stream()
        .filter(region ->
            region.gateways().stream()
                .anyMatch(gateway ->
                    peer.allowedIps().contains(Cidr.host(gateway.address().getAddress()))))
        .findFirst()
        .or(() -> regions.stream().filter(region -> routes(peer, region)).findFirst());
  }

  private static boolean routes(Peer peer, PeerRegion region) {
    return peer.allowedIps().stream()
        .filter(range -> range.prefixLength() > 0) // the whole world says nothing
        .anyMatch(range ->
            region.podCidrs().stream().anyMatch(range::overlaps)
                || region.serviceCidrs().stream().anyMatch(range::overlaps));
  }

  /** The other router node of this region to which Tailscale sends the range of its pods. */
  static Optional<LocalRegion.Gateway> carrier(Tailnet tailnet, LocalRegion local) {
    List<InetAddress> primary =
        local.knownPodCidrs().stream()
            .flatMap(range -> tailnet.primaryElsewhere(range).stream())
            .flatMap(node -> node.addresses().stream())
            .toList();
    return local.gateways().stream()
        .filter(gateway -> gateway.overlayAddress().filter(primary::contains).isPresent())
        .findFirst();
  }

  /** The state of the tunnel to a region, if there is a device. */
  static Optional<RegionTunnel> of(
      PeerRegion region, Optional<TunnelView> view, TunnelHealth health) {
    return view.map(seen ->
        seen.device()
            .map(device -> of(region, device, seen, health))
            .orElseGet(() -> unobserved(seen.problems())));
  }

  private static RegionTunnel of(
      PeerRegion region, Device device, TunnelView seen, TunnelHealth health) {
    List<Peer> peers =
        device.peers().stream()
            .filter(peer -> regionOf(peer, List.of(region)).isPresent())
            .toList();
    Optional<Instant> handshake =
        peers.stream()
            .flatMap(peer -> peer.latestHandshake().stream())
            .max(Comparator.naturalOrder());
    Finding finding = offline(peers, seen).orElseGet(() -> finding(region, device, peers, health));
    return new RegionTunnel(finding, handshake);
  }

  /** What the overlay's agent knows better than handshakes show: that none of them is there. */
  private static Optional<Finding> offline(List<Peer> peers, TunnelView seen) {
    List<Tailnet.Node> nodes =
        seen.tailnet().stream()
            .flatMap(tailnet ->
                peers.stream().flatMap(p -> Stream.ofNullable(tailnet.peers().get(p.publicKey()))))
            .toList();
    if (nodes.isEmpty() || nodes.stream().anyMatch(Tailnet.Node::online)) {
      return Optional.empty();
    }
    String which =
        nodes.stream()
            .map(node ->
                node.keyExpiry()
                    .filter(at -> at.isBefore(seen.at()))
                    .map(at -> "%s, whose key expired at %s".formatted(node.name(), at))
                    .orElseGet(node::name))
            .collect(Collectors.joining("; "));
    return Optional.of(finding(State.FALSE, "Offline", "Tailscale calls offline: " + which));
  }

  private static Finding finding(
      PeerRegion region, Device device, List<Peer> peers, TunnelHealth health) {
    if (peers.isEmpty()) {
      return finding(
          State.FALSE,
          "NoPeer",
          "no peer of %s leads to region %s".formatted(device.name(), region.name()));
    }
    Optional<PeerHealth.State> best =
        peers.stream()
            .flatMap(peer -> health.of(peer.publicKey()).stream())
            .map(PeerHealth::state)
            .min(Comparator.naturalOrder());
    return switch (best.orElse(PeerHealth.State.IDLE)) {
      case UP -> finding(State.TRUE, "Handshake", "there is a session with a gateway");
      case IDLE -> finding(State.UNKNOWN, "Idle", "nothing has been sent, so there is no session");
      case SILENT -> finding(State.FALSE, "Silent", "what is sent is not answered");
      case DOWN -> finding(State.FALSE, "NoHandshake", "no gateway completes a handshake");
    };
  }

  private static RegionTunnel unobserved(List<TunnelProblem> problems) {
    String why = problems.isEmpty() ? "not looked at yet" : problems.getFirst().message();
    return new RegionTunnel(finding(State.UNKNOWN, "Unobserved", why), Optional.empty());
  }

  private static Finding finding(State state, String reason, String message) {
    return new Finding(RegionTunnel.CONDITION, state, reason, message);
  }

  /** Every peer of the device, those of regions first. */
  static List<PeerTunnel> reports(List<PeerRegion> regions, Device device, TunnelHealth health) {
    return device.peers().stream()
        .map(peer -> report(peer, regionOf(peer, regions), health.of(peer.publicKey())))
        .sorted(
            Comparator.comparing((PeerTunnel t) -> t.region().isEmpty())
                .thenComparing(PeerTunnel::region)
                .thenComparing(PeerTunnel::publicKey))
        .toList();
  }

  private static PeerTunnel report(
      Peer peer, Optional<PeerRegion> region, Optional<PeerHealth> health) {
    return new PeerTunnel(
        region.map(PeerRegion::name).orElse(""),
        peer.publicKey().toString(),
        peer.endpoint().map(PeerEndpoint::toString),
        peer.allowedIps(),
        health.map(PeerHealth::state).orElse(PeerHealth.State.IDLE).name().toLowerCase(Locale.ROOT),
        health.map(PeerHealth::since),
        peer.latestHandshake(),
        peer.rxBytes(),
        peer.txBytes());
  }

  /** The last handshake with any gateway of each region that there was one with. */
  static Map<String, Instant> handshakes(List<PeerRegion> regions, Device device) {
    Map<String, Instant> latest = new TreeMap<>();
    for (Peer peer : device.peers()) {
      Optional<PeerRegion> region = regionOf(peer, regions);
      if (region.isPresent() && peer.latestHandshake().isPresent()) {
        latest.merge(
            region.get().name(),
            peer.latestHandshake().get(),
            (one, other) -> one.isAfter(other) ? one : other);
      }
    }
    return latest;
  }
}
