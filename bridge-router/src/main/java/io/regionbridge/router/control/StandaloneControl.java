package io.regionbridge.router.control;

import io.regionbridge.router.border.Border;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.manifest.ManifestDirectory;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.overlay.OverlayWatch;
import io.regionbridge.router.overlay.TunnelRecordFile;
import io.regionbridge.router.peers.OverlayDiscovery;
import io.regionbridge.router.report.ControlFindings;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.Refusal;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.FileKeyStore;
import io.regionbridge.router.tunnel.KeyStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Standalone: Services come from manifests, peers from the configuration and, where there is an
 * overlay, from the bridges that answer on it. Loads nothing of the Kubernetes client.
 */
final class StandaloneControl implements RegionSource {
  private final Supplier<RegionSettings> settings;
  private final OverlayWatch overlay;
  private final Runnable onRegions;
  private final Loops loops;
  private final String node;
  private final ManifestDirectory manifests;
  private final Border border = new Border();
  private @Nullable OverlayDiscovery discovery;
  private @Nullable TunnelRecordFile memory;
  private @Nullable Topology built;
  private @Nullable Inputs builtFrom;
  private boolean closed;

  /** What a topology is built from: the same makes the same, and each scrape asks several times. */
  private record Inputs(
      RegionSettings settings, List<PeerClaim> claims, List<Refusal> refusals, List<Cidr> ranges) {}

  private StandaloneControl(
      String node,
      Supplier<RegionSettings> settings,
      OverlayWatch overlay,
      Runnable onRegions,
      ManifestDirectory manifests,
      Loops loops) {
    this.loops = loops;
    this.node = node;
    this.settings = settings;
    this.overlay = overlay;
    this.onRegions = onRegions;
    this.manifests = manifests;
  }

  /**
   * Starts to read, on threads of its own.
   *
   * @param overlay closed by the caller
   * @param onRegions called when {@link #topology} may have changed
   */
  static StandaloneControl start(
      String node,
      Supplier<RegionSettings> settings,
      OverlayWatch overlay,
      Consumer<Directory> onDirectory,
      Runnable onRegions,
      Loops loops) {
    return new StandaloneControl(
        node,
        settings,
        overlay,
        onRegions,
        ManifestDirectory.start(
            settings.get().manifests(), () -> settings.get().directoryRoom(), onDirectory, loops),
        loops);
  }

  @Override
  public synchronized Optional<Topology> topology() {
    OverlayDiscovery peers = discovery;
    List<PeerClaim> claims = peers == null ? List.of() : peers.claims();
    List<Refusal> refusals = peers == null ? List.of() : peers.refusals();
    Inputs inputs = new Inputs(settings.get(), claims, refusals, overlay.ranges());
    Topology topology = built;
    if (topology == null || !inputs.equals(builtFrom)) {
      topology =
          ConfiguredRegions.topology(inputs.settings(), inputs.claims(), inputs.ranges(), border)
              .with(List.of(), refusals);
      built = topology;
      builtFrom = inputs;
    }
    return Optional.of(
        overlay.managed()
            ? memory().follow(topology, peers == null ? List.of() : peers.tunnels())
            : topology);
  }

  private TunnelRecordFile memory() {
    TunnelRecordFile kept = memory;
    if (kept == null) {
      kept = new TunnelRecordFile(settings.get().keys().resolve(TunnelRecordFile.FILE));
      memory = kept;
    }
    return kept;
  }

  @Override
  public void lookAgain() {
    RegionSettings now = settings.get();
    manifests.follow(now.manifests());
    discover(now);
  }

  /**
   * Whom to ask is known once there is a device; until then nothing of an HTTP client is needed.
   */
  private synchronized void discover(RegionSettings now) {
    if (discovery == null && !closed && now.httpPort() != 0 && !overlay.peers().isEmpty()) {
      discovery = new OverlayDiscovery(overlay, now.httpPort(), dnsPort(now), onRegions, loops);
      discovery.start();
    }
  }

  /** Peers are taken to serve DNS where this bridge does. */
  private static int dnsPort(RegionSettings settings) {
    return settings.dnsListen().stream()
        .map(InetSocketAddress::getPort)
        .filter(port -> port != 0)
        .findFirst()
        .orElse(OwnNames.DNS_PORT);
  }

  @Override
  public List<String> directoryProblems() {
    return manifests.problems().stream().map(Objects::toString).toList();
  }

  @Override
  public List<Finding> findings() {
    return List.of(
        ControlFindings.accepted(List.of(), topology().map(Topology::refusals).orElse(List.of())));
  }

  @Override
  public KeyStore keys() {
    return new FileKeyStore(settings.get().keys());
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
  public synchronized void close() {
    closed = true;
    manifests.close();
    if (discovery != null) {
      discovery.close();
    }
  }
}
