package io.regionbridge.router.wireguard;

import java.util.List;
import java.util.Optional;

/**
 * A WireGuard device at one moment, without its private key, so that it may be kept and printed.
 *
 * @param publicKey empty if it has no private key
 * @param listenPort UDP; 0: none chosen yet
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
