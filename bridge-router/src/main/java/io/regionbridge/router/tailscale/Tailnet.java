package io.regionbridge.router.tailscale;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What tailscaled says beyond what a WireGuard device shows. Immutable. Source: {@code ipn.State}
 * and {@code ipnstate.PeerStatus} of Tailscale.
 *
 * @param state {@link #RUNNING} when it has a network
 * @param health the agent's warnings, one sentence each
 * @param self empty before it has logged in
 * @param peers by their present keys
 */
public record Tailnet(
    String state, List<String> health, Optional<Node> self, Map<PublicKey, Node> peers) {
  /** The state of an agent that is logged in and connected. */
  public static final String RUNNING = "Running";

  public Tailnet {
    health = List.copyOf(health);
    peers = Map.copyOf(peers);
  }

  /**
   * A node.
   *
   * @param id stays when the node's key is renewed
   * @param name not unique
   * @param addresses IPv4 first
   * @param online whether it is connected to the control server
   * @param keyExpiry empty: never
   * @param routes the ranges that it may route for others, without default routes
   * @param primaryRoutes those of them that others send to this node
   */
  public record Node(
      String id,
      String name,
      List<InetAddress> addresses,
      boolean online,
      Optional<Instant> keyExpiry,
      List<Cidr> routes,
      List<Cidr> primaryRoutes) {
    public Node {
      addresses = List.copyOf(addresses);
      routes = List.copyOf(routes);
      primaryRoutes = List.copyOf(primaryRoutes);
    }

    private boolean isPrimary(Cidr range) {
      return primaryRoutes.stream().anyMatch(range::overlaps);
    }
  }

  /** Whether the agent has a network. */
  public boolean running() {
    return state.equals(RUNNING);
  }

  /**
   * The node that Tailscale sends a range to, if that is another one than this. WireGuard takes
   * packets from the range from that node alone.
   */
  public Optional<Node> primaryElsewhere(Cidr range) {
    boolean here = self.stream().anyMatch(node -> node.isPrimary(range));
    return here
        ? Optional.empty()
        : peers.values().stream()
            .filter(node -> node.isPrimary(range))
            .min(Comparator.comparing(Node::id));
  }

  /**
   * The device as this node uses it. tailscaled's status lists all ranges that a peer may route;
   * its device has those alone that tailscaled made a route for, which are none of the peers' own
   * ranges where routes are not accepted.
   *
   * @param routed the destinations of the kernel's routes through the interface, of all tables
   */
  public Device accepted(Device device, Set<Cidr> routed) {
    List<Peer> accepted =
        device.peers().stream()
            .map(peer ->
                peer.routing(
                    peer.allowedIps().stream()
                        .filter(range -> routed.contains(range) || own(peer, range))
                        .toList()))
            .toList();
    return new Device(
        device.name(), device.publicKey(), device.listenPort(), device.fwmark(), accepted);
  }

  private boolean own(Peer peer, Cidr range) {
    Node node = peers.get(peer.publicKey());
    return node != null && node.addresses().stream().anyMatch(a -> Cidr.host(a).equals(range));
  }
}
