package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plans the device from the gateways of all peer regions: each gateway is a peer with its overlay
 * address, so that it can be asked and probed; the active one of a region also gets the region's
 * ranges. Pure, and the same for any order of its input.
 */
public final class TunnelPlanner {
  /** Seconds; as often as WireGuard repeats a handshake that is not answered. */
  private static final int NEXT_KEY_KEEPALIVE = 5;

  private TunnelPlanner() {}

  /**
   * A plan, and the conflicts in it, each with both sides and the range, which only the first side
   * gets.
   */
  public record Planned(TunnelPlan plan, List<String> conflicts) {
    public Planned {
      conflicts = List.copyOf(conflicts);
    }
  }

  /**
   * Makes the plan.
   *
   * @param observed the present device, if there is one: it shows which key a rotating gateway uses
   */
  public static Planned plan(
      LocalTunnel local, List<RemoteGateway> gateways, Optional<Device> observed) {
    List<String> conflicts = new ArrayList<>();
    Map<Cidr, String> taken = new LinkedHashMap<>();
    local.addresses().forEach(a -> taken.put(a.network(), "the overlay itself"));
    Set<PublicKey> keys = new HashSet<>(Set.of(local.publicKey()));
    List<PlannedPeer> peers = new ArrayList<>();
    List<RemoteGateway> ordered =
        gateways.stream()
            .sorted(Comparator.comparing(RemoteGateway::region).thenComparing(RemoteGateway::name))
            .toList();
    for (RemoteGateway gateway : ordered) {
      String name = gateway.region() + "/" + gateway.name();
      boolean rotated = hasSwitched(gateway, observed);
      PublicKey current = rotated ? gateway.nextPublicKey().orElseThrow() : gateway.publicKey();
      if (!keys.add(current)) {
        conflicts.add(name + " has the same public key as another node; it is left out");
        continue;
      }
      List<Cidr> ranges = new ArrayList<>();
      ranges.add(Cidr.host(gateway.overlayAddress()));
      if (gateway.active()) {
        gateway.ranges().stream()
            .filter(range -> isFree(range, name, taken, conflicts))
            .forEach(ranges::add);
      }
      // Without an endpoint there is nowhere to send keepalives to.
      int keepalive = gateway.endpoint().isPresent() ? local.persistentKeepalive() : 0;
      peers.add(peer(name, current, gateway, keepalive, ranges));
      if (!rotated) {
        // So that the handshake by which the next key comes into use is answered; and begun, where
        // we know where to: the other side may not. Until the switch nobody answers.
        int calls = gateway.endpoint().isPresent() ? NEXT_KEY_KEEPALIVE : 0;
        gateway
            .nextPublicKey()
            .filter(keys::add)
            .ifPresent(k -> peers.add(peer(name + " (next key)", k, gateway, calls, List.of())));
      }
    }
    TunnelPlan plan =
        new TunnelPlan(
            local.interfaceName(),
            local.publicKey(),
            local.listenPort(),
            local.fwmark(),
            local.mtu(),
            local.addresses(),
            withoutSharedAddresses(peers, conflicts));
    return new Planned(plan, conflicts);
  }

  /** Whether the gateway's last handshake was by its next key. */
  static boolean hasSwitched(RemoteGateway gateway, Optional<Device> observed) {
    Optional<Instant> next = gateway.nextPublicKey().flatMap(key -> handshake(observed, key));
    return next.isPresent()
        && handshake(observed, gateway.publicKey()).map(t -> t.isBefore(next.get())).orElse(true);
  }

  private static Optional<Instant> handshake(Optional<Device> device, PublicKey key) {
    return device.flatMap(d -> d.peer(key)).flatMap(Peer::latestHandshake);
  }

  private static PlannedPeer peer(
      String name, PublicKey key, RemoteGateway gateway, int keepalive, List<Cidr> ranges) {
    return new PlannedPeer(
        name, key, gateway.presharedKey(), gateway.endpoint(), keepalive, ranges);
  }

  private static boolean isFree(
      Cidr range, String name, Map<Cidr, String> taken, List<String> conflicts) {
    for (Map.Entry<Cidr, String> other : taken.entrySet()) {
      if (other.getKey().overlaps(range)) {
        conflicts.add(
            range
                + " of "
                + name
                + " overlaps "
                + other.getKey()
                + " of "
                + other.getValue()
                + "; it is not routed");
        return false;
      }
    }
    taken.put(range, name);
    return true;
  }

  /** Two gateways with one overlay address would take it from each other forever. */
  private static List<PlannedPeer> withoutSharedAddresses(
      List<PlannedPeer> peers, List<String> conflicts) {
    Map<Cidr, String> owners = new LinkedHashMap<>();
    List<PlannedPeer> kept = new ArrayList<>();
    for (PlannedPeer peer : peers) {
      List<Cidr> ranges = new ArrayList<>();
      for (Cidr range : peer.allowedIps()) {
        String owner = owners.putIfAbsent(range, peer.name());
        if (owner == null) {
          ranges.add(range);
        } else {
          conflicts.add(range + " of " + peer.name() + " is also that of " + owner);
        }
      }
      kept.add(
          new PlannedPeer(
              peer.name(),
              peer.publicKey(),
              peer.presharedKey(),
              peer.endpoint(),
              peer.persistentKeepalive(),
              ranges));
    }
    return kept;
  }
}
