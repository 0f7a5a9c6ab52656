package io.regionbridge.router.overlay;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.HostSettings;
import io.regionbridge.router.tunnel.KeyRotation;
import io.regionbridge.router.tunnel.KeyStore;
import io.regionbridge.router.tunnel.LinuxTunnelHost;
import io.regionbridge.router.tunnel.LocalTunnel;
import io.regionbridge.router.tunnel.ObservedTunnel;
import io.regionbridge.router.tunnel.OverlayAddress;
import io.regionbridge.router.tunnel.RemoteGateway;
import io.regionbridge.router.tunnel.TunnelActuator;
import io.regionbridge.router.tunnel.TunnelMtu;
import io.regionbridge.router.tunnel.TunnelPlanner;
import io.regionbridge.router.tunnel.TunnelProblem;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.File;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the overlay's WireGuard device what the topology wants, and keeps it so. The device is left
 * as it is in the end: the tunnel goes on while the process restarts. Needs CAP_NET_ADMIN. One
 * thread owns the state.
 */
public final class ManagedTunnel implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ManagedTunnel.class);
  private static final String USERSPACE = "wireguard-go";
  private static final String MANAGED = "TunnelManaged";
  private static final String FORWARDING = "Forwarding";
  private static final String KEY = "KeySettled";
  private static final Duration SETTLE = Duration.ofMillis(50);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  private final String node;
  private final Supplier<RegionSettings.Overlay> settings;
  private final Callbacks callbacks;
  private final KeyRotation rotation;
  private final Loop loop;
  private volatile List<Finding> findings = List.of();
  private volatile Set<PublicKey> peers = Set.of();
  private @Nullable TunnelActuator actuator;
  private Optional<PublicKey> announcedKey = Optional.empty();
  private ObservedTunnel observed = ObservedTunnel.NONE;

  /**
   * The inputs of the tunnel, and the callbacks for its changes. Called on the tunnel's thread.
   *
   * @param settled whether {@code regions} are all regions
   * @param accepted which overlay addresses have said that they know a key of this node, base64
   */
  public record Callbacks(
      KeyStore keys,
      Supplier<Topology> regions,
      BooleanSupplier settled,
      Function<String, Set<InetAddress>> accepted,
      Consumer<LocalEnd> announced) {}

  private ManagedTunnel(
      String node, Supplier<RegionSettings.Overlay> settings, Callbacks callbacks, Loops loops) {
    this.node = node;
    this.settings = settings;
    this.callbacks = callbacks;
    rotation = new KeyRotation(callbacks.keys(), System::nanoTime);
    loop = loops.loop("tunnel", Timing.onCall(SETTLE, LOOK_AGAIN), this::look);
  }

  /**
   * Starts to manage the device.
   *
   * @param node this node's name
   * @param settings what is configured now
   */
  public static ManagedTunnel start(
      String node, Supplier<RegionSettings.Overlay> settings, Callbacks callbacks, Loops loops) {
    ManagedTunnel tunnel = new ManagedTunnel(node, settings, callbacks, loops);
    tunnel.loop.start();
    return tunnel;
  }

  /** Must be called when the regions may have changed. Any thread. */
  public void lookAgain() {
    loop.lookAgain();
  }

  /** The conditions of the tunnel. Any thread. */
  public List<Finding> findings() {
    return findings;
  }

  /** Whether the device has a peer with a key, base64. Any thread. */
  public boolean knows(String key) {
    return PublicKey.parse(key).filter(peers::contains).isPresent();
  }

  @Override
  public void close() {
    loop.close();
    if (actuator != null) {
      actuator.close();
    }
  }

  private void look() {
    RegionSettings.Overlay now = settings.get();
    List<Finding> found = new ArrayList<>();
    try {
      Optional<RegionSettings.Own> own = now.own(node);
      if (own.isPresent()) {
        manage(now, own.get(), found);
      } else {
        found.add(
            Finding.no(
                MANAGED,
                "NoAddress",
                "overlay.nodes says nothing of this node, %s; add its name and address"
                    .formatted(node)));
      }
    } catch (IOException e) {
      found.add(Finding.no(MANAGED, "Failed", String.valueOf(e.getMessage())));
    }
    boolean ipv6 = observed.addresses().stream().anyMatch(a -> a.address() instanceof Inet6Address);
    List<String> settingsInTheWay =
        HostSettings.SYSTEM.check(now.managedInterface(), ipv6).stream()
            .map(f -> "%s is %s; %s".formatted(f.setting(), f.value(), f.advice()))
            .toList();
    found.add(
        settingsInTheWay.isEmpty()
            ? Finding.yes(FORWARDING, "Allowed", "the kernel forwards between pods and peers")
            : Finding.no(FORWARDING, "KernelSettings", String.join("; ", settingsInTheWay)));
    findings = List.copyOf(found);
  }

  private void manage(RegionSettings.Overlay now, RegionSettings.Own own, List<Finding> found)
      throws IOException {
    Topology topology = callbacks.regions().get();
    boolean complete = callbacks.settled().getAsBoolean() && topology.complete();
    List<String> problems = new ArrayList<>();
    List<RemoteGateway> gateways = TunnelGateways.of(topology, problems);
    KeyRotation.Standing key =
        rotation.look(gateways, complete, k -> callbacks.accepted().apply(k.toString()));
    if (!Optional.of(key.publicKey()).equals(announcedKey)) {
      announcedKey = Optional.of(key.publicKey());
      log.info("tunnel {}: public key {}", now.managedInterface(), key.publicKey());
    }
    callbacks
        .announced()
        .accept(new LocalEnd(key.publicKey(), key.nextPublicKey(), own.endpoint()));
    TunnelPlanner.Planned planned =
        TunnelPlanner.plan(
            local(now, own, key.publicKey(), topology, gateways), gateways, observed.device());
    TunnelActuator.Outcome outcome = actuator().actuate(planned.plan());
    if (outcome.observed().link().isPresent()) {
      observed = outcome.observed();
    }
    peers =
        observed.device().stream()
            .flatMap(device -> device.peers().stream())
            .map(Peer::publicKey)
            .collect(Collectors.toUnmodifiableSet());
    problems.addAll(planned.conflicts());
    outcome.problem().map(ManagedTunnel::text).ifPresent(problems::add);
    found.add(
        problems.isEmpty()
            ? Finding.yes(
                MANAGED,
                "AsPlanned",
                "%s has %d peers, as planned"
                    .formatted(planned.plan().interfaceName(), planned.plan().peers().size()))
            : Finding.no(MANAGED, "Incomplete", String.join("; ", problems)));
    found.add(settled(key));
    if (key.nextPublicKey().isPresent()
        || gateways.stream().anyMatch(g -> g.nextPublicKey().isPresent())) {
      // No event says that a handshake came by another key; until it is seen, traffic is lost.
      lookAgain();
    }
  }

  private static Finding settled(KeyRotation.Standing key) {
    return key.nextPublicKey()
        .map(next ->
            Finding.no(
                KEY,
                "Rotating",
                key.waitingFor().isEmpty()
                    ? "the next key %s is about to be used".formatted(next)
                    : "the next key %s is not known yet to %s"
                        .formatted(next, String.join(", ", key.waitingFor()))))
        .orElseGet(
            () -> Finding.yes(KEY, "InUse", "the public key is %s".formatted(key.publicKey())));
  }

  private static String text(TunnelProblem problem) {
    return problem.message()
        + problem.missing().map(c -> "; this process would need " + c.name()).orElse("");
  }

  private static LocalTunnel local(
      RegionSettings.Overlay settings,
      RegionSettings.Own own,
      PublicKey key,
      Topology topology,
      List<RemoteGateway> gateways)
      throws IOException {
    return new LocalTunnel(
        settings.managedInterface(),
        key,
        settings.listenPort(),
        0,
        mtu(gateways),
        List.of(new OverlayAddress(own.address(), own.prefixLength())),
        TunnelGateways.keepalive(topology));
  }

  private static int mtu(List<RemoteGateway> gateways) throws IOException {
    List<PeerEndpoint> endpoints =
        gateways.stream().flatMap(gateway -> gateway.endpoint().stream()).toList();
    try (RouteNetlink netlink = RouteNetlink.open()) {
      return TunnelMtu.to(endpoints, netlink);
    }
  }

  private TunnelActuator actuator() throws IOException {
    TunnelActuator opened = actuator;
    if (opened == null) {
      opened =
          new TunnelActuator(
              LinuxTunnelHost.open(userspace(), false), callbacks.keys(), Clock.systemUTC());
      actuator = opened;
    }
    return opened;
  }

  /** What to start where the kernel has no WireGuard, if it is installed. */
  private static List<String> userspace() {
    String path = System.getenv("PATH");
    Stream<String> directories =
        path == null ? Stream.of() : Arrays.stream(path.split(File.pathSeparator, -1));
    return directories
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, USERSPACE))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .map(List::of)
        .orElse(List.of());
  }
}
