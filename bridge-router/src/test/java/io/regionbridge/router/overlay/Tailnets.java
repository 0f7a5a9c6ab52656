package io.regionbridge.router.overlay;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.tunnel.TunnelDriver;
import io.regionbridge.router.tunnel.TunnelView;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Devices and what tailscaled says of them. */
final class Tailnets {
  static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  private Tailnets() {}

  static PublicKey key(int number) {
    return PublicKey.parseHex("%064x".formatted(number)).orElseThrow();
  }

  static List<Cidr> ranges(String texts) {
    return Arrays.stream(texts.split(" ", -1)).filter(t -> !t.isEmpty()).map(Cidr::of).toList();
  }

  static List<InetAddress> addresses(String texts) {
    return Arrays.stream(texts.split(" ", -1))
        .filter(t -> !t.isEmpty())
        .map(InetAddress::ofLiteral)
        .toList();
  }

  static Peer peer(int number, String allowed) {
    return Peer.of(key(number)).routing(ranges(allowed));
  }

  static Tailnet.Node node(String name, boolean online, String routes, String primary) {
    return new Tailnet.Node(
        "n-" + name, name, List.of(), online, Optional.empty(), ranges(routes), ranges(primary));
  }

  static Tailnet.Node expiring(Tailnet.Node node, Instant at) {
    return new Tailnet.Node(
        node.id(),
        node.name(),
        node.addresses(),
        node.online(),
        Optional.of(at),
        node.routes(),
        node.primaryRoutes());
  }

  static Tailnet running(Tailnet.Node self, Map<PublicKey, Tailnet.Node> peers) {
    return new Tailnet(Tailnet.RUNNING, List.of(), Optional.of(self), peers);
  }

  static TunnelView view(Optional<Tailnet> tailnet, Peer... peers) {
    return new TunnelView(
        "tailscale0",
        Optional.empty(),
        List.of(),
        Optional.of(TunnelDriver.Kind.TAILSCALE),
        Optional.of(new Device("tailscale0", Optional.empty(), 0, 0, List.of(peers))),
        tailnet,
        List.of(),
        NOW);
  }
}
