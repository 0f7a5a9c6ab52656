package io.regionbridge.router.overlay;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.HostAddresses;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.peers.RegionTunnel;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.tunnel.PeerHealth;
import io.regionbridge.router.tunnel.TunnelHealth;
import io.regionbridge.router.tunnel.TunnelObserver;
import io.regionbridge.router.tunnel.TunnelView;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The overlay as this machine shows it: this node's own address on it, and the peers of the
 * WireGuard device where that can be read. The interface may come, go and change at any time.
 *
 * <p>Until one exists nothing but its name is looked for, and nothing of the WireGuard library is
 * loaded. One thread owns the state; everything else reads it.
 */
public final class OverlayWatch implements OverlayView, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OverlayWatch.class);

  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** Addresses are read anew so often although the kernel reports changes. */
  private static final int ROUNDS = 10;

  private final RegionSettings.Overlay settings;
  private final Runnable onChange;
  private final Loops loops;
  private final Loop loop;
  private volatile boolean changed;
  private int round;
  private volatile OverlayAddresses addresses = OverlayAddresses.NONE;
  private volatile Optional<LocalEnd> end = Optional.empty();
  private volatile @Nullable TunnelObserver observer;
  private volatile Optional<String> unobservable = Optional.empty();
  private Seen last = Seen.NOTHING;
  private volatile List<OverlayView.Peer> peers = List.of();
  private Instant readAt = Instant.EPOCH;
  private volatile String observed = "";

  /** What listeners are notified of: counters and handshakes are not. */
  private record Seen(
      OverlayAddresses addresses,
      Optional<String> publicKey,
      List<OverlayView.Peer> peers,
      Map<PublicKey, PeerHealth.State> states) {
    static final Seen NOTHING =
        new Seen(OverlayAddresses.NONE, Optional.empty(), List.of(), Map.of());
  }

  /**
   * Looks at nothing yet.
   *
   * @param onChange called after each change, on a thread of its own
   */
  public OverlayWatch(RegionSettings.Overlay settings, Runnable onChange, Loops loops) {
    this.settings = settings;
    this.onChange = onChange;
    this.loops = loops;
    loop = loops.loop("overlay-watch", Timing.every(PERIOD), this::look);
  }

  /**
   * Starts to look at the interface that is configured, or else at the first usual one that exists.
   */
  public void start() {
    if (settings.mode() != RegionSettings.OverlayMode.NONE) {
      interfaceName().ifPresent(name -> addresses = OverlayAddresses.read(name));
      loop.start();
    }
  }

  @Override
  public Optional<InetAddress> address() {
    return addresses.address();
  }

  /** All of this node's addresses on it, IPv4 first. */
  public List<InetAddress> addresses() {
    return addresses.addresses();
  }

  @Override
  public Optional<String> publicKey() {
    return end.map(LocalEnd::publicKey)
        .or(() -> device().flatMap(Device::publicKey))
        .map(PublicKey::toString);
  }

  @Override
  public Optional<String> nextPublicKey() {
    return end.flatMap(LocalEnd::nextPublicKey).map(PublicKey::toString);
  }

  @Override
  public boolean managed() {
    return settings.mode() == RegionSettings.OverlayMode.MANAGE;
  }

  @Override
  public Optional<InetSocketAddress> endpoint() {
    return end.flatMap(LocalEnd::endpoint);
  }

  /** Announces the end of the tunnel that is in use, and the one that comes next. */
  public void announce(LocalEnd now) {
    if (!Optional.of(now).equals(end)) {
      end = Optional.of(now);
      onChange.run();
    }
  }

  @Override
  public Optional<RegionTunnel> tunnel(PeerRegion region) {
    return RegionTunnels.of(region, tunnel(), health());
  }

  /** The peers of the device for the status; empty where it cannot be read. */
  public List<PeerTunnel> tunnels(List<PeerRegion> regions) {
    return device().map(d -> RegionTunnels.reports(regions, d, health())).orElse(List.of());
  }

  /** The last handshake with each region. */
  public Map<String, Instant> handshakes(List<PeerRegion> regions) {
    return device().map(d -> RegionTunnels.handshakes(regions, d)).orElse(Map.of());
  }

  @Override
  public List<OverlayView.Peer> peers() {
    return peers;
  }

  /**
   * A device that cannot be read is not an empty one: while its agent restarts, the last peers are
   * kept, as long as stale answers are.
   */
  private List<OverlayView.Peer> peers(TunnelView seen) {
    if (seen.device().isEmpty()) {
      return seen.at().isBefore(readAt.plus(settings.serveStale())) ? peers : List.of();
    }
    readAt = seen.at();
    return OverlayPeers.of(seen, addresses.addresses());
  }

  /** When this node's key on the overlay expires, where its agent says so. */
  public Optional<Instant> keyExpiry() {
    return tunnel()
        .flatMap(TunnelView::tailnet)
        .flatMap(Tailnet::self)
        .flatMap(Tailnet.Node::keyExpiry);
  }

  @Override
  public Optional<LocalRegion.Gateway> carrier(LocalRegion local) {
    return tunnel()
        .flatMap(TunnelView::tailnet)
        .flatMap(tailnet -> RegionTunnels.carrier(tailnet, local));
  }

  /** Where overlay addresses come from; empty where there is no overlay. */
  public List<Cidr> ranges() {
    return settings.mode() == RegionSettings.OverlayMode.NONE ? List.of() : addresses.ranges();
  }

  /** Whether this node is reached over the overlay, or needs none. */
  public boolean up() {
    return settings.mode() == RegionSettings.OverlayMode.NONE || address().isPresent();
  }

  /** The interface that is looked at: the configured one, or the first usual one that exists. */
  @Override
  public Optional<String> interfaceName() {
    Optional<String> named =
        settings.mode() == RegionSettings.OverlayMode.MANAGE
            ? Optional.of(settings.managedInterface())
            : settings.interfaceName();
    return OverlayInterface.choose(named, observed, HostAddresses::exists);
  }

  @Override
  public Optional<Link> link() {
    return tunnel()
        .filter(seen ->
            seen.addresses().stream().anyMatch(own -> address().equals(Optional.of(own.address()))))
        .flatMap(TunnelView::link)
        .filter(Link::up);
  }

  /** The device as last seen; empty while there is no interface to look at. */
  public Optional<TunnelView> tunnel() {
    return Optional.ofNullable(observer).map(TunnelObserver::view);
  }

  /** How the device's peers are, as of {@link #tunnel}. */
  public TunnelHealth health() {
    TunnelObserver started = observer;
    return started == null ? TunnelHealth.NONE : started.health();
  }

  /**
   * The conditions of the overlay.
   *
   * @param expected whether to report that no usual interface exists
   * @param pods this region's pod ranges, as peers know them
   * @param carries whether packets with pods' addresses leave and arrive by this node
   */
  public List<Finding> findings(boolean expected, List<Cidr> pods, boolean carries) {
    if (settings.mode() == RegionSettings.OverlayMode.NONE) {
      return List.of();
    }
    boolean named = settings.interfaceName().isPresent();
    Optional<TunnelView> seen = tunnel();
    List<Finding> findings =
        new ArrayList<>(
            OverlayConditions.of(
                interfaceName(), addresses, seen, unobservable, expected || named));
    if (seen.isPresent() && seen.get().device().isPresent() && seen.get().tailnet().isPresent()) {
      findings.addAll(
          TailnetConditions.of(
              seen.get().tailnet().get(),
              seen.get().device().get(),
              seen.get().at(),
              pods,
              carries));
    }
    return findings;
  }

  private Optional<Device> device() {
    return tunnel().flatMap(TunnelView::device);
  }

  /** The device has changed. */
  private void readAll() {
    changed = true;
    loop.lookAgain();
  }

  private void look() {
    boolean all = changed || round++ % ROUNDS == 0;
    changed = false;
    Optional<String> name = interfaceName();
    boolean another = name.isPresent() && !name.get().equals(observed);
    if (another && HostAddresses.exists(name.get())) {
      observe(name.get());
    }
    if (all || another || addresses.interfaceName().isEmpty()) {
      addresses = name.map(OverlayAddresses::read).orElse(OverlayAddresses.NONE);
    }
    peers = tunnel().map(this::peers).orElse(List.of());
    Seen now =
        new Seen(
            addresses,
            publicKey(),
            peers,
            health().peers().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().state())));
    if (!now.equals(last)) {
      onChange.run();
      last = now; // afterwards: a change that could not be reported is reported again
    }
  }

  private void observe(String name) {
    observed = name;
    TunnelObserver before = observer;
    if (before != null) {
      before.close();
    }
    try {
      observer = TunnelObserver.start(name, TunnelObserver.REFRESH, _ -> readAll(), loops);
      unobservable = Optional.empty();
    } catch (IOException e) {
      observer = null;
      unobservable = Optional.of(String.valueOf(e.getMessage()));
      log.warn("cannot look at {}: {}; peers on it are not found", name, e.getMessage());
    }
  }

  @Override
  public void close() {
    loop.close();
    TunnelObserver started = observer;
    if (started != null) {
      started.close();
    }
  }
}
