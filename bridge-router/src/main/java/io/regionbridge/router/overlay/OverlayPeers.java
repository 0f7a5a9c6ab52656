package io.regionbridge.router.overlay;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.tunnel.TunnelView;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whom on the overlay one can ask, by its device. Pure. */
final class OverlayPeers {
  private OverlayPeers() {}

  /**
   * The peers that have an address of their own.
   *
   * @param own this node's addresses on the overlay, the preferred one first
   */
  static List<OverlayView.Peer> of(TunnelView view, List<InetAddress> own) {
    List<OverlayView.Peer> peers = new ArrayList<>();
    for (Peer peer : view.device().map(Device::peers).orElse(List.of())) {
      Optional<Tailnet.Node> node =
          view.tailnet().map(tailnet -> tailnet.peers().get(peer.publicKey()));
      List<InetAddress> addresses = node.map(Tailnet.Node::addresses).orElseGet(() -> hosts(peer));
      nearest(addresses, own)
          .map(address ->
              new OverlayView.Peer(
                  node.map(Tailnet.Node::id)
                      .filter(id -> !id.isEmpty())
                      .orElseGet(() -> peer.publicKey().toString()),
                  address,
                  peer.allowedIps(),
                  node.map(Tailnet.Node::online).orElse(true)))
          .ifPresent(peers::add);
    }
    return peers;
  }

  private static List<InetAddress> hosts(Peer peer) {
    return peer.allowedIps().stream()
        .filter(range -> range.equals(Cidr.host(range.network())))
        .map(Cidr::network)
        .toList();
  }

  /**
   * A peer's own address: of the addresses that are routed to it alone, the one that shares most
   * with this node's own. The others are of hosts behind it. A network's addresses share at least
   * its prefix, and all others share less.
   */
  private static Optional<InetAddress> nearest(List<InetAddress> addresses, List<InetAddress> own) {
    for (InetAddress mine : own) {
      Optional<InetAddress> nearest =
          addresses.stream()
              .filter(address -> Cidr.host(address).isIpv6() == Cidr.host(mine).isIpv6())
              .max(Comparator.comparingInt(address -> shared(address, mine)));
      if (nearest.isPresent()) {
        return nearest;
      }
    }
    return own.isEmpty() ? addresses.stream().findFirst() : Optional.empty();
  }

  /** How many bits two addresses of one family have in common from the left. */
  private static int shared(InetAddress one, InetAddress other) {
    byte[] a = one.getAddress();
    byte[] b = other.getAddress();
    for (int i = 0; i < a.length; i++) {
      int different = (a[i] ^ b[i]) & 0xff;
      if (different != 0) {
        return i * Byte.SIZE + Integer.numberOfLeadingZeros(different) - (Integer.SIZE - Byte.SIZE);
      }
    }
    return a.length * Byte.SIZE;
  }
}
