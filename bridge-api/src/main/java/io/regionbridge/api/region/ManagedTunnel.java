package io.regionbridge.api.region;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.discovery.ControlLoop;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.HostSettings;
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
import io.regionbridge.router.wireguard.Endpoint;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
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
  private static final String DEFAULT_INTERFACE = "rb0";
  private static final String USERSPACE = "wireguard-go";
  private static final String MANAGED = "TunnelManaged";
  private static final String FORWARDING = "Forwarding";
  private static final Duration SETTLE = Duration.ofMillis(50);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  private final BridgeConfig.Overlay settings;
  private final KeyStore keys;
  private final Supplier<Topology> regions;
  private final ControlLoop loop;
  private volatile List<Condition> conditions = List.of();
  private @Nullable TunnelActuator actuator;
  private String announced = "";
  private ObservedTunnel observed = ObservedTunnel.NONE;

  private ManagedTunnel(BridgeConfig.Overlay settings, KeyStore keys, Supplier<Topology> regions) {
    this.settings = settings;
    this.keys = keys;
    this.regions = regions;
    this.loop = ControlLoop.start("tunnel", SETTLE, LOOK_AGAIN, this::look);
  }

  /**
   * Starts to make it.
   *
   * @param settings with an address
   * @param regions the regions as they are known at the moment
   */
  public static ManagedTunnel start(
      BridgeConfig.Overlay settings, KeyStore keys, Supplier<Topology> regions) {
    return new ManagedTunnel(settings, keys, regions);
  }

  /** The interface that is made. */
  static String interfaceName(BridgeConfig.Overlay settings) {
    return settings.interfaceName().orElse(DEFAULT_INTERFACE);
  }

  /** The regions may be others. Any thread. */
  public void lookAgain() {
    loop.lookAgain();
  }

  /** How it fares. Any thread. */
  public List<Condition> conditions() {
    return conditions;
  }

  @Override
  public void close() {
    loop.close();
    if (actuator != null) {
      actuator.close();
    }
  }

  private void look() {
    List<Condition> found = new ArrayList<>();
    try {
      found.add(made());
    } catch (IOException e) {
      found.add(Condition.no(MANAGED, "Failed", String.valueOf(e.getMessage())));
    }
    List<String> settingsInTheWay =
        HostSettings.SYSTEM.check(interfaceName(settings), false).stream()
            .map(f -> "%s is %s; %s".formatted(f.setting(), f.value(), f.advice()))
            .toList();
    found.add(
        settingsInTheWay.isEmpty()
            ? Condition.yes(FORWARDING, "Allowed", "the kernel forwards between pods and peers")
            : Condition.no(FORWARDING, "KernelSettings", String.join("; ", settingsInTheWay)));
    conditions = List.copyOf(found);
  }

  private Condition made() throws IOException {
    Topology topology = regions.get();
    List<String> problems = new ArrayList<>();
    List<RemoteGateway> gateways = TunnelGateways.of(topology, problems);
    PublicKey own;
    try (PrivateKey key = keys.current()) {
      own = key.publicKey();
    }
    if (!own.toString().equals(announced)) {
      announced = own.toString();
      log.info("tunnel {}: public key {}", interfaceName(settings), announced);
    }
    TunnelPlanner.Planned planned =
        TunnelPlanner.plan(local(own, topology, gateways), gateways, observed.device());
    TunnelActuator.Outcome outcome = actuator().actuate(planned.plan());
    if (outcome.observed().link().isPresent()) {
      observed = outcome.observed();
    }
    problems.addAll(planned.conflicts());
    outcome.problem().map(ManagedTunnel::text).ifPresent(problems::add);
    return problems.isEmpty()
        ? Condition.yes(
            MANAGED,
            "AsPlanned",
            "%s has %d peers, as planned"
                .formatted(planned.plan().interfaceName(), planned.plan().peers().size()))
        : Condition.no(MANAGED, "Incomplete", String.join("; ", problems));
  }

  private static String text(TunnelProblem problem) {
    return problem.message()
        + problem.missing().map(c -> "; this process would need " + c.name()).orElse("");
  }

  private LocalTunnel local(PublicKey own, Topology topology, List<RemoteGateway> gateways)
      throws IOException {
    BridgeConfig.HostInNetwork address = settings.address().orElseThrow();
    return new LocalTunnel(
        interfaceName(settings),
        own,
        settings.listenPort(),
        0,
        mtu(gateways),
        List.of(new OverlayAddress(address.address(), address.prefixLength())),
        TunnelGateways.keepalive(topology));
  }

  private static int mtu(List<RemoteGateway> gateways) throws IOException {
    List<Endpoint> endpoints =
        gateways.stream().flatMap(gateway -> gateway.endpoint().stream()).toList();
    try (RouteNetlink netlink = RouteNetlink.open()) {
      return TunnelMtu.to(endpoints, netlink);
    }
  }

  private TunnelActuator actuator() throws IOException {
    TunnelActuator opened = actuator;
    if (opened == null) {
      opened =
          new TunnelActuator(LinuxTunnelHost.open(userspace(), false), keys, Clock.systemUTC());
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
