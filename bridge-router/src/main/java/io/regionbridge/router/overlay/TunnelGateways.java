package io.regionbridge.router.overlay;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.topology.TunnelEnd;
import io.regionbridge.router.tunnel.RemoteGateway;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a tunnel is planned from, by the topology. Pure. */
final class TunnelGateways {
  private TunnelGateways() {}

  /**
   * The gateways of all regions that need a tunnel. What has to be left out is added to {@code
   * problems}.
   */
  static List<RemoteGateway> of(Topology topology, List<String> problems) {
    List<RemoteGateway> gateways = new ArrayList<>();
    Topology.Disputes disputes = topology.disputes();
    for (PeerRegion peer : topology.peers()) {
      List<Cidr> ranges =
          disputes.undisputed(
              peer, Stream.of(peer.podCidrs(), peer.serviceCidrs()).flatMap(List::stream).toList());
      for (TunnelEnd end : peer.tunnels()) {
        Optional<PublicKey> key = PublicKey.parse(end.publicKey());
        Optional<InetAddress> address =
            end.overlayAddress()
                .or(() -> peer.gateways().stream().findFirst().map(g -> g.address().getAddress()));
        if (key.isEmpty() || address.isEmpty()) {
          problems.add(
              "region %s: %s; no tunnel is made to it"
                  .formatted(
                      peer.name(),
                      key.isEmpty()
                          ? "\"" + end.publicKey() + "\" is no public key"
                          : "none of its gateways is known by its overlay address"));
          continue;
        }
        gateways.add(
            new RemoteGateway(
                peer.name(),
                end.name(),
                key.get(),
                end.nextPublicKey().flatMap(PublicKey::parse),
                address.get(),
                end.endpoint().map(e -> new PeerEndpoint(e.getAddress(), e.getPort())),
                Optional.empty(),
                end.active(),
                ranges));
      }
    }
    return gateways;
  }

  /** Behind NAT it is wanted towards everyone: the most that any region is configured with. */
  static int keepalive(Topology topology) {
    return topology.peers().stream()
        .flatMap(peer -> peer.tunnels().stream())
        .mapToInt(TunnelEnd::persistentKeepalive)
        .max()
        .orElse(0);
  }
}
