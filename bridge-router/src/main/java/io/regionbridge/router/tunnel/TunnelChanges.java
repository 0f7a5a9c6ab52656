package io.regionbridge.router.tunnel;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PeerUpdate;
import io.regionbridge.router.wireguard.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The steps from the actual device to the desired one: pure, in an order in which traffic suffers
 * least. What is missing is added before what is too much is taken away, and a peer that is right
 * is not mentioned, so its session goes on.
 */
final class TunnelChanges {
  private final ObservedTunnel observed;
  private final TunnelPlan plan;
  private final Optional<TunnelPlan> previous;
  private final Instant now;
  private final Device device;

  /** Which peer has a range: first as observed, then as it will be after the additions. */
  private final Map<Cidr, PublicKey> owners = new HashMap<>();

  private TunnelChanges(
      ObservedTunnel observed, TunnelPlan plan, Optional<TunnelPlan> previous, Instant now) {
    this.observed = observed;
    this.plan = plan;
    this.previous = previous;
    this.now = now;
    device =
        observed
            .device()
            .orElseGet(() -> new Device(plan.interfaceName(), Optional.empty(), 0, 0, List.of()));
    device.peers().forEach(p -> p.allowedIps().forEach(r -> owners.put(r, p.publicKey())));
  }

  /**
   * The steps; none if the device is as planned.
   *
   * @param previous the plan that was carried out last: an endpoint that it had differently is set
   *     even if the peer works
   */
  static List<TunnelChange> between(
      ObservedTunnel observed, TunnelPlan plan, Optional<TunnelPlan> previous, Instant now) {
    return new TunnelChanges(observed, plan, previous, now).list();
  }

  private List<TunnelChange> list() {
    List<TunnelChange> changes = new ArrayList<>();
    if (observed.link().isEmpty()) {
      changes.add(new TunnelChange.CreateInterface());
    }
    configure().ifPresent(changes::add);
    if (observed.link().map(Link::mtu).orElse(0) != plan.mtu()) {
      changes.add(new TunnelChange.SetMtu(plan.mtu()));
    }
    plan.addresses().stream()
        .filter(a -> !observed.addresses().contains(a))
        .forEach(a -> changes.add(new TunnelChange.AddAddress(a)));
    if (!observed.link().map(Link::up).orElse(false)) {
      changes.add(new TunnelChange.SwitchOn());
    }
    Set<Cidr> routes = plan.routes();
    routes.stream()
        .filter(r -> !observed.routes().contains(r))
        .forEach(r -> changes.add(new TunnelChange.AddRoute(r)));
    new TreeSet<>(observed.routes())
        .stream()
            .filter(r -> !routes.contains(r))
            .forEach(r -> changes.add(new TunnelChange.DeleteRoute(r)));
    withdraw().ifPresent(changes::add);
    observed.addresses().stream()
        .filter(a -> !plan.addresses().contains(a))
        .forEach(a -> changes.add(new TunnelChange.DeleteAddress(a)));
    return changes;
  }

  private Optional<TunnelChange> configure() {
    boolean key = !device.publicKey().equals(Optional.of(plan.publicKey()));
    Optional<Integer> port =
        plan.listenPort() != 0 && plan.listenPort() != device.listenPort()
            ? Optional.of(plan.listenPort())
            : Optional.empty();
    Optional<Integer> mark =
        plan.fwmark() != device.fwmark() ? Optional.of(plan.fwmark()) : Optional.empty();
    List<PeerUpdate> peers = plan.peers().stream().flatMap(p -> extend(p).stream()).toList();
    return key || port.isPresent() || mark.isPresent() || !peers.isEmpty()
        ? Optional.of(new TunnelChange.Configure(key, port, mark, peers))
        : Optional.empty();
  }

  /** What a planned peer lacks; a range that another peer has moves over by being added. */
  private Optional<PeerUpdate> extend(PlannedPeer planned) {
    Optional<Peer> present = device.peer(planned.publicKey());
    PeerUpdate.Builder update = PeerUpdate.add(planned.publicKey());
    boolean changed = present.isEmpty();
    List<Cidr> missing =
        planned.allowedIps().stream().filter(r -> !isOwner(planned.publicKey(), r)).toList();
    if (!missing.isEmpty()) {
      update.addAllowedIps(missing);
      missing.forEach(r -> owners.put(r, planned.publicKey()));
      changed = true;
    }
    if (present.map(Peer::persistentKeepalive).orElse(0) != planned.persistentKeepalive()) {
      update.persistentKeepalive(planned.persistentKeepalive());
      changed = true;
    }
    if (!present.flatMap(Peer::presharedKey).equals(planned.presharedKey())) {
      planned.presharedKey().ifPresentOrElse(update::presharedKey, update::noPresharedKey);
      changed = true;
    }
    if (planned.endpoint().isPresent() && wantsEndpoint(planned, present)) {
      update.endpoint(planned.endpoint().get());
      changed = true;
    }
    return changed ? Optional.of(update.build()) : Optional.empty();
  }

  /**
   * Whether to send a peer's packets to its planned endpoint. A peer that has moved and is well is
   * left where it is; one that is not well, or was planned elsewhere before, is called where
   * planned.
   */
  private boolean wantsEndpoint(PlannedPeer planned, Optional<Peer> present) {
    Optional<PeerEndpoint> at = present.flatMap(Peer::endpoint);
    if (at.equals(planned.endpoint())) {
      return false;
    }
    boolean alive =
        present
            .flatMap(Peer::latestHandshake)
            .map(t -> Duration.between(t, now).compareTo(TunnelHealth.REJECT_AFTER) < 0)
            .orElse(false);
    return at.isEmpty() || !alive || !endpointBefore(planned).equals(planned.endpoint());
  }

  private Optional<PeerEndpoint> endpointBefore(PlannedPeer planned) {
    if (previous.isEmpty()) {
      return planned.endpoint(); // after a restart, what lives is believed
    }
    return previous.get().peers().stream()
        .filter(p -> p.publicKey().equals(planned.publicKey()))
        .findFirst()
        .flatMap(PlannedPeer::endpoint);
  }

  private boolean isOwner(PublicKey peer, Cidr range) {
    return Optional.of(peer).equals(Optional.ofNullable(owners.get(range)));
  }

  /** What is too much, after the additions. */
  private Optional<TunnelChange> withdraw() {
    Map<PublicKey, PlannedPeer> planned =
        plan.peers().stream().collect(Collectors.toMap(PlannedPeer::publicKey, p -> p));
    List<PeerUpdate> updates = new ArrayList<>();
    for (Peer peer : device.peers()) {
      PlannedPeer wanted = planned.get(peer.publicKey());
      if (wanted == null) {
        updates.add(PeerUpdate.remove(peer.publicKey()));
        continue;
      }
      Set<Cidr> surplus =
          peer.allowedIps().stream()
              .filter(r -> isOwner(peer.publicKey(), r))
              .collect(Collectors.toCollection(HashSet::new));
      wanted.allowedIps().forEach(surplus::remove);
      if (!surplus.isEmpty()) {
        updates.add(
            PeerUpdate.modify(peer.publicKey()).replaceAllowedIps(wanted.allowedIps()).build());
      }
    }
    return updates.isEmpty() ? Optional.empty() : Optional.of(new TunnelChange.Withdraw(updates));
  }
}
