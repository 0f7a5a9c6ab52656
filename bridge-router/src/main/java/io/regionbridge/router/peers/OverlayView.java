package io.regionbridge.router.peers;

import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.TunnelEnd;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the overlay's device says at the moment. Must answer at once, from any thread. */
public interface OverlayView {
  /** This node's own address on it. */
  Optional<InetAddress> address();

  /** The name of its network interface, if it has one. */
  default Optional<String> interfaceName() {
    return Optional.empty();
  }

  /** Its network interface as it is now, while that is up and has {@link #address}. */
  default Optional<Link> link() {
    return Optional.empty();
  }

  /** The device's public key, base64. */
  Optional<String> publicKey();

  /** The key that this node is about to use, base64, where its key is being rotated. */
  default Optional<String> nextPublicKey() {
    return Optional.empty();
  }

  /** Whether the device is made by this process, so that its peers are few and tell of keys. */
  default boolean managed() {
    return false;
  }

  /** Where this node's WireGuard is reached from outside, if that is configured. */
  default Optional<InetSocketAddress> endpoint() {
    return Optional.empty();
  }

  /** This node's end of tunnels for its peers, if it has one. */
  default Optional<TunnelEnd> end(String node, boolean active) {
    return address()
        .flatMap(address ->
            publicKey()
                .map(key ->
                    new TunnelEnd(
                        node, key, nextPublicKey(), Optional.of(address), endpoint(), 0, active)));
  }

  /** What this region announces of it, if no cluster names other nodes. */
  default TunnelRecord record(String node) {
    return TunnelRecords.of(Optional.empty(), 0, end(node, true).stream().toList());
  }

  /** The state of the tunnel to a region, as far as the device shows. */
  default Optional<RegionTunnel> tunnel(PeerRegion region) {
    return Optional.empty();
  }

  /**
   * The other router node of this region that alone passes packets with pods' addresses, whoever is
   * the active gateway. Empty: this node does, or the overlay does not say.
   */
  default Optional<LocalRegion.Gateway> carrier(LocalRegion local) {
    return Optional.empty();
  }

  /** Everybody that the device knows. */
  List<Peer> peers();

  /**
   * A peer of the device.
   *
   * @param key what it is known by as long as it is the same one: its WireGuard public key in
   *     base64, or its node ID where tailscaled changes the keys
   * @param address its own address on the overlay
   * @param routed the ranges that the device sends to it and takes from it
   * @param online whether it can be there, as far as the overlay's agent says
   */
  record Peer(String key, InetAddress address, List<Cidr> routed, boolean online) {
    public Peer {
      routed = List.copyOf(routed);
    }

    /**
     * Whether packets from everywhere in a range can only be this peer's. A default route says
     * nothing of whose the addresses are, and a host route is the host's alone.
     */
    boolean owns(Cidr range) {
      return owned().anyMatch(own -> own.contains(range));
    }

    /** Whether it owns any range, so that it can be a gateway of a region. */
    boolean ownsSome() {
      return owned().findAny().isPresent();
    }

    private Stream<Cidr> owned() {
      return routed.stream()
          .filter(own -> own.prefixLength() > 0 && !own.equals(Cidr.host(own.network())));
    }
  }
}
