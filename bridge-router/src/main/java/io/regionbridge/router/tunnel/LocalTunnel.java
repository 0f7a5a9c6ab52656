package io.regionbridge.router.tunnel;

import io.regionbridge.router.wireguard.PublicKey;
import java.util.List;

/**
 * This node's end of the overlay.
 *
 * @param listenPort UDP; 0: any
 * @param fwmark the mark on packets that the device sends; 0: none
 * @param mtu see {@link TunnelMtu}
 * @param persistentKeepalive seconds between keepalives, for a node behind NAT; 0: none
 */
public record LocalTunnel(
    String interfaceName,
    PublicKey publicKey,
    int listenPort,
    int fwmark,
    int mtu,
    List<OverlayAddress> addresses,
    int persistentKeepalive) {
  public LocalTunnel {
    addresses = List.copyOf(addresses);
  }
}
