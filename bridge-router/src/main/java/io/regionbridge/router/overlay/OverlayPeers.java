package io.regionbridge.router.overlay;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import java.util.List;
import java.util.Optional;

/** Whom on the overlay one can ask, by its device. Pure. */
final class OverlayPeers {
  private OverlayPeers() {}

  static List<OverlayView.Peer> of(Device device) {
    return device.peers().stream().flatMap(peer -> asked(peer).stream()).toList();
  }

  /** A peer's own address is the one that is routed to it alone; without one it cannot be asked. */
  private static Optional<OverlayView.Peer> asked(Peer peer) {
    return peer.allowedIps().stream()
        .filter(range -> range.equals(Cidr.host(range.network())))
        .findFirst()
        .map(own -> new OverlayView.Peer(own.network(), peer.allowedIps()));
  }
}
