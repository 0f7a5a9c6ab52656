package io.regionbridge.router.wireguard;

import java.util.List;
import java.util.Optional;

/**
 * A WireGuard device at one moment. The private key is left out on purpose: who wants to know whose
 * key it is compares public keys, and a snapshot may be kept and printed.
 *
 * @param name of the network interface
 * @param publicKey the device's own; empty as long as it has no private key
 * @param listenPort the UDP port it receives on; 0: none chosen yet
 * @param fwmark the mark on packets it sends, an unsigned 32-bit number; 0: none
 * @param peers in the driver's order
 */
public record Device(
    String name, Optional<PublicKey> publicKey, int listenPort, int fwmark, List<Peer> peers) {
  public Device {
    peers = List.copyOf(peers);
  }

  /** The peer with this key. */
  public Optional<Peer> peer(PublicKey key) {
    return peers.stream().filter(p -> p.publicKey().equals(key)).findFirst();
  }
}
