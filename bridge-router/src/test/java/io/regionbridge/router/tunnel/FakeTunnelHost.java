package io.regionbridge.router.tunnel;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Key;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PeerUpdate;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A tunnel in memory that does with updates what a device does, renders itself as text, and can
 * refuse a step once.
 */
final class FakeTunnelHost implements TunnelHost {
  private Optional<Link> link = Optional.empty();
  private Optional<PublicKey> publicKey = Optional.empty();
  private int listenPort;
  private int fwmark;
  private final Map<PublicKey, Peer> peers = new LinkedHashMap<>();
  private final Set<OverlayAddress> addresses = new HashSet<>();
  private final Set<Cidr> routes = new HashSet<>();
  private Predicate<TunnelChange> refused = _ -> false;

  /** Every step that was taken, in order. */
  final List<TunnelChange> steps = new ArrayList<>();

  void refuseOnce(Class<? extends TunnelChange> step) {
    refused = step::isInstance;
  }

  /** What only the far end can do. */
  void handshake(PublicKey key, Instant at, String endpoint) {
    Peer p = peers.get(key);
    if (p == null) {
      throw new IllegalArgumentException("no peer " + key);
    }
    put(p, PeerEndpoint.parse(endpoint), p.persistentKeepalive(), Optional.of(at), p.allowedIps());
  }

  /** What something else did to a peer. */
  void remove(PublicKey key) {
    peers.remove(key);
  }

  @Override
  public ObservedTunnel observe(String interfaceName) {
    return link.isEmpty()
        ? ObservedTunnel.NONE
        : new ObservedTunnel(
            link,
            addresses,
            Optional.of(
                new Device(
                    interfaceName, publicKey, listenPort, fwmark, List.copyOf(peers.values()))),
            routes);
  }

  @Override
  public void apply(String interfaceName, TunnelChange change, PrivateKey key) throws IOException {
    if (refused.test(change)) {
      refused = _ -> false;
      throw new ErrnoException("doing " + change, Errno.EBUSY, null);
    }
    steps.add(change);
    switch (change) {
      case TunnelChange.CreateInterface() ->
          link = Optional.of(new Link(7, interfaceName, Optional.of("wireguard"), 1420, false));
      case TunnelChange.Configure c -> {
        if (c.setPrivateKey()) {
          publicKey = Optional.of(key.publicKey());
        }
        listenPort = c.listenPort().orElse(listenPort);
        fwmark = c.fwmark().orElse(fwmark);
        c.peers().forEach(this::update);
      }
      case TunnelChange.SetMtu(int mtu) -> link = link.map(l -> linkWith(l, mtu, l.up()));
      case TunnelChange.SwitchOn() -> link = link.map(l -> linkWith(l, l.mtu(), true));
      case TunnelChange.AddAddress(OverlayAddress address) -> addresses.add(address);
      case TunnelChange.DeleteAddress(OverlayAddress address) -> addresses.remove(address);
      case TunnelChange.AddRoute(Cidr destination) -> routes.add(destination);
      case TunnelChange.DeleteRoute(Cidr destination) -> routes.remove(destination);
      case TunnelChange.Withdraw(List<PeerUpdate> updates) -> updates.forEach(this::update);
    }
  }

  @Override
  public void close() {}

  /** One line for each thing, keys by their first characters. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    link.ifPresent(l -> lines.add(l.name() + " mtu " + l.mtu() + (l.up() ? " up" : " down")));
    lines.add("port " + listenPort);
    addresses.stream().map(a -> "address " + a).sorted().forEach(lines::add);
    peers
        .values()
        .forEach(p ->
            lines.add(
                "peer "
                    + p.publicKey().toString().substring(0, 2)
                    + " "
                    + p.endpoint().map(Object::toString).orElse("-")
                    + " "
                    + p.persistentKeepalive()
                    + " "
                    + p.allowedIps()));
    new TreeSet<>(routes).forEach(r -> lines.add("route " + r));
    return String.join("\n", lines);
  }

  private void update(PeerUpdate update) {
    PublicKey key = update.publicKey();
    Peer present = peers.get(key);
    if (update.kind() == PeerUpdate.Kind.REMOVE) {
      peers.remove(key);
      return;
    } else if (present == null && update.kind() == PeerUpdate.Kind.MODIFY) {
      return;
    }
    Peer before = present == null ? Peer.of(key) : present;
    Set<Cidr> ranges =
        update.replaceAllowedIps() ? new HashSet<>() : new HashSet<>(before.allowedIps());
    ranges.addAll(update.allowedIps());
    for (Peer other : List.copyOf(peers.values())) {
      List<Cidr> left =
          other.allowedIps().stream()
              .filter(r -> !update.allowedIps().contains(r))
              .collect(Collectors.toList());
      put(other, other.endpoint(), other.persistentKeepalive(), other.latestHandshake(), left);
    }
    Peer changed =
        new Peer(
            key,
            update.presharedKey().or(before::presharedKey).filter(k -> !((Key) k).isZero()),
            update.endpoint().or(before::endpoint),
            update.persistentKeepalive().orElse(before.persistentKeepalive()),
            before.latestHandshake(),
            before.rxBytes(),
            before.txBytes(),
            List.copyOf(ranges));
    peers.put(key, changed);
  }

  private void put(
      Peer p,
      Optional<PeerEndpoint> endpoint,
      int keepalive,
      Optional<Instant> handshake,
      List<Cidr> ranges) {
    peers.put(
        p.publicKey(),
        new Peer(
            p.publicKey(),
            p.presharedKey(),
            endpoint,
            keepalive,
            handshake,
            p.rxBytes(),
            p.txBytes(),
            ranges));
  }

  private static Link linkWith(Link link, int mtu, boolean up) {
    return new Link(link.index(), link.name(), link.kind(), mtu, up);
  }
}
