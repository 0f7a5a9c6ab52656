package io.regionbridge.api.region;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.api.status.ConditionType;
import io.regionbridge.router.border.Border;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.manifest.ManifestDirectory;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.overlay.OverlayWatch;
import io.regionbridge.router.overlay.TunnelMemory;
import io.regionbridge.router.peers.OverlayDiscovery;
import io.regionbridge.router.report.ControlFindings;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Refusal;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.FileKeyStore;
import io.regionbridge.router.tunnel.KeyStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Standalone: Services come from manifests, peers from the configuration and, where there is an
 * overlay, from the bridges that answer on it.
 */
public final class StandaloneSource implements RegionSource {
  private final Supplier<BridgeConfig> config;
  private final OverlayWatch overlay;
  private final Runnable onRegions;
  private final Loops loops;
  private final String node;
  private final ManifestDirectory manifests;
  private final Border border = new Border();
  private @Nullable OverlayDiscovery discovery;
  private @Nullable TunnelMemory memory;
  private @Nullable Topology built;
  private @Nullable Inputs builtFrom;
  private boolean closed;

  /** What a topology is built from: the same makes the same, and each scrape asks several times. */
  private record Inputs(
      BridgeConfig config, List<PeerClaim> claims, List<Refusal> refusals, List<Cidr> ranges) {}

  /**
   * Starts to read, on threads of its own.
   *
   * @param node this node's name
   * @param config what is in force
   * @param room octets of memory that the directory may take
   * @param overlay closed by whoever made it
   * @param onDirectory takes each new directory
   * @param onRegions told that {@link #topology} may be another one
   */
  public StandaloneSource(
      String node,
      Supplier<BridgeConfig> config,
      LongSupplier room,
      OverlayWatch overlay,
      Consumer<Directory> onDirectory,
      Runnable onRegions,
      Loops loops) {
    this.loops = loops;
    this.node = node;
    this.config = config;
    this.overlay = overlay;
    this.onRegions = onRegions;
    manifests = ManifestDirectory.start(config.get().directory().files(), room, onDirectory, loops);
  }

  @Override
  public synchronized Topology topology() {
    OverlayDiscovery peers = discovery;
    List<PeerClaim> claims = peers == null ? List.of() : peers.claims();
    List<Refusal> refusals = peers == null ? List.of() : peers.refusals();
    Inputs inputs = new Inputs(config.get(), claims, refusals, overlay.ranges());
    Topology topology = built;
    if (topology == null || !inputs.equals(builtFrom)) {
      topology =
          ConfiguredRegions.withoutCluster(
                  inputs.config(), inputs.claims(), inputs.ranges(), border)
              .with(List.of(), refusals);
      built = topology;
      builtFrom = inputs;
    }
    return overlay.managed()
        ? memory().follow(topology, peers == null ? List.of() : peers.tunnels())
        : topology;
  }

  private TunnelMemory memory() {
    TunnelMemory kept = memory;
    if (kept == null) {
      kept = new TunnelMemory(config.get().overlay().keys().resolve(TunnelMemory.FILE));
      memory = kept;
    }
    return kept;
  }

  @Override
  public boolean settled() {
    return true;
  }

  @Override
  public void lookAgain() {
    BridgeConfig now = config.get();
    manifests.files(now.directory().files());
    discover(now);
  }

  /**
   * Whom to ask is known once there is a device; until then nothing of an HTTP client is needed.
   */
  private synchronized void discover(BridgeConfig now) {
    int http = now.admin().listen().getPort();
    if (discovery == null && !closed && http != 0 && !overlay.peers().isEmpty()) {
      discovery = OverlayDiscovery.start(overlay, http, dnsPort(now), onRegions, loops);
    }
  }

  /** Peers are taken to serve DNS where this bridge does. */
  private static int dnsPort(BridgeConfig config) {
    return config.dns().listen().stream()
        .map(InetSocketAddress::getPort)
        .filter(port -> port != 0)
        .findFirst()
        .orElse(ConfigKeys.DEFAULT_DNS_PORT);
  }

  @Override
  public List<String> problems() {
    return manifests.problems().stream().map(Objects::toString).toList();
  }

  @Override
  public List<Condition> conditions() {
    Conditions.Finding found = ControlFindings.accepted("", topology().refusals());
    return List.of(
        found.state() == Conditions.State.TRUE
            ? Condition.yes(ConditionType.REGIONS_ACCEPTED, found.reason(), found.message())
            : Condition.no(ConditionType.REGIONS_ACCEPTED, found.reason(), found.message()));
  }

  @Override
  public KeyStore keys() {
    return new FileKeyStore(config.get().overlay().keys());
  }

  @Override
  public TunnelRecord ends() {
    return overlay.record(node);
  }

  @Override
  public synchronized Set<InetAddress> accepted(String publicKey) {
    return discovery == null ? Set.of() : discovery.accepted(publicKey);
  }

  @Override
  public boolean active() {
    return false;
  }

  @Override
  public void resign() {}

  @Override
  public synchronized void close() {
    closed = true;
    manifests.close();
    if (discovery != null) {
      discovery.close();
    }
  }
}
