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
 * The desired device. Immutable, and without the private key: only its public half is planned with,
 * and whoever carries the plan out takes the key from its {@link KeyStore}.
 *
 * @param interfaceName at most 15 characters
 * @param publicKey of this node
 * @param listenPort the UDP port that peers send to; 0: any, for a node that always calls first
 * @param fwmark the mark on packets that the device sends; 0: none
 * @param mtu the largest packet inside the tunnel, see {@link TunnelMtu}
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
   * Checks what a device would silently make something else of: a key or a range that is there
   * twice.
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
