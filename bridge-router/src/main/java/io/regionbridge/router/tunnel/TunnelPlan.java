package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.PublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The desired device. Immutable, and without the private key, which the {@link KeyStore} has.
 *
 * @param interfaceName at most 15 characters
 * @param listenPort UDP; 0: any
 * @param fwmark the mark on packets that the device sends; 0: none
 * @param mtu see {@link TunnelMtu}
 * @param addresses of this node on the overlay
 * @param peers each public key and each allowed IP once
 */
public record TunnelPlan(
    String interfaceName,
    PublicKey publicKey,
    int listenPort,
    int fwmark,
    int mtu,
    List<OverlayAddress> addresses,
    List<PlannedPeer> peers) {
  /**
   * Rejects duplicate keys and ranges, which a device would silently resolve.
   *
   * @throws IllegalArgumentException naming both peers
   */
  public TunnelPlan {
    addresses = List.copyOf(addresses);
    peers = List.copyOf(peers);
    Set<PublicKey> keys = new HashSet<>();
    Map<Cidr, String> owners = new HashMap<>();
    for (PlannedPeer peer : peers) {
      if (!keys.add(peer.publicKey())) {
        throw new IllegalArgumentException("two peers have the key " + peer.publicKey());
      }
      for (Cidr range : peer.allowedIps()) {
        String other = owners.putIfAbsent(range, peer.name());
        if (other != null) {
          throw new IllegalArgumentException(
              range + " is planned for both " + other + " and " + peer.name());
        }
      }
    }
  }

  /**
   * What the routing table must send into the device: every allowed IP that is not reached through
   * it already because of one of its addresses.
   */
  public SortedSet<Cidr> routes() {
    SortedSet<Cidr> routes = new TreeSet<>();
    for (PlannedPeer peer : peers) {
      for (Cidr range : peer.allowedIps()) {
        if (addresses.stream().noneMatch(a -> a.network().contains(range))) {
          routes.add(range);
        }
      }
    }
    return routes;
  }
}
