package io.regionbridge.router.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.Config;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.egress.AliasTranslation;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.kubernetes.ClusterClient;
import io.regionbridge.router.kubernetes.ClusterPlace;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.linux.HostWatch;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.HostAddresses;
import io.regionbridge.router.overlay.ManagedTunnel;
import io.regionbridge.router.overlay.OverlayWatch;
import io.regionbridge.router.overlay.PeerTunnel;
import io.regionbridge.router.peers.GatewayProbes;
import io.regionbridge.router.peers.RegionDocument;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The control plane of one bridge, and all that the rest of the process sees of it: the overlay,
 * the regions and the local Services as they are known at the moment, and what is done with them.
 * Regions and Services come from the cluster ({@link ClusterControl}) or, without one, from
 * manifests and the overlay ({@link StandaloneControl}).
 *
 * <p>Starts in two steps: {@link #start} begins what needs no data plane, {@link #join} the rest.
 * Thread-safe.
 */
public final class ControlPlane implements AutoCloseable {
  /** How often it is looked whether the translation of aliases is there. */
  private static final Duration ALIASES = Duration.ofSeconds(5);

  private static final Duration ALIASES_SETTLE = Duration.ofMillis(50);

  private final String node;
  private final Optional<ClusterPlace> place;
  private final Supplier<RegionSettings> settings;
  private final Runnable onChange;
  private final Loops loops;
  private final HostWatch host = new HostWatch();
  private final OverlayWatch overlay;
  private final AliasTranslation aliases = new AliasTranslation();
  private final Loop aliasLoop;
  private final AtomicBoolean left = new AtomicBoolean();
  private volatile Optional<RegionSource> source = Optional.empty();
  private volatile Optional<ManagedTunnel> tunnel = Optional.empty();
  private volatile Directory directory = Directory.EMPTY;
  private volatile Optional<Finding> aliasFinding = Optional.empty();

  /**
   * Numbers of exported, imported and conflicting Services of the Multi-Cluster Services API.
   * Imports include the cluster's own exports.
   */
  public record Imports(int exports, int imports, int conflicts) {}

  private ControlPlane(
      String node,
      Optional<ClusterPlace> place,
      Supplier<RegionSettings> settings,
      Runnable onChange,
      Loops loops) {
    this.node = node;
    this.place = place;
    this.settings = settings;
    this.onChange = onChange;
    this.loops = loops;
    overlay = new OverlayWatch(settings.get().overlay(), this::overlayChanged, loops);
    aliasLoop = loops.loop("aliases", Timing.onCall(ALIASES_SETTLE, ALIASES), this::keepAliases);
  }

  /**
   * Lets a client ask its API server by the proxy that kubectl uses, which fabric8 does not do by
   * itself.
   *
   * @param config as fabric8 has configured it
   */
  public static void setProxy(Config config) {
    ClusterClient.setProxy(config);
  }

  /**
   * Starts to look at the overlay and, without a cluster, to read the manifests.
   *
   * @param settings what is configured now
   * @param onChange called after each change of this state, on any thread
   * @throws IOException if an environment variable is invalid
   */
  public static ControlPlane start(
      Map<String, String> environment,
      boolean clustered,
      Supplier<RegionSettings> settings,
      Runnable onChange,
      Loops loops)
      throws IOException {
    Optional<ClusterPlace> place =
        clustered ? Optional.of(ClusterPlace.of(environment)) : Optional.empty();
    String node = place.isPresent() ? place.get().node() : ClusterPlace.node(environment);
    ControlPlane plane = new ControlPlane(node, place, settings, onChange, loops);
    if (place.isEmpty()) {
      plane.source =
          Optional.of(
              StandaloneControl.start(
                  node,
                  settings,
                  plane.overlay,
                  plane::directoryChanged,
                  plane::regionsChanged,
                  loops));
    }
    plane.overlay.start();
    return plane;
  }

  /**
   * Asks a bridge without a cluster to rotate its WireGuard key, see {@link KeyRotationRequest}.
   *
   * @return the public key of the next key, base64
   * @throws IOException if it cannot be read or written
   */
  public static String requestKeyRotation(Path directory) throws IOException {
    return KeyRotationRequest.send(directory);
  }

  /**
   * Asks the bridge of a node to rotate its WireGuard key, see {@link KeyRotationRequest}. Blocks.
   *
   * @param whose the node's name; empty: this node
   * @param text distinguishes this request from others, such as the time
   * @return {@code RouterNode NAME is annotated with KEY=VALUE}
   * @throws IOException if there is no such RouterNode, or it cannot be written
   */
  public static String requestKeyRotation(
      Map<String, String> environment, Optional<String> whose, String text) throws IOException {
    return KeyRotationRequest.send(environment, whose, text);
  }

  /** Has the kernel translate between the region's own addresses and those that peers know. */
  private void keepAliases() {
    LocalRegion local = topology().local();
    List<Cidr> own = new ArrayList<>(local.podCidrs().cidrs());
    own.addAll(local.serviceCidrs().cidrs());
    Optional<String> interfaceName =
        settings.get().overlay().mode() == RegionSettings.OverlayMode.NONE
            ? Optional.empty()
            : overlay.interfaceName();
    aliasFinding = aliases.reconcile(interfaceName, settings.get().aliases(), own);
  }

  /**
   * Starts what needs a data plane: in a cluster, the watches and the election of the active
   * gateway; the WireGuard device where this process makes it. Never waits for the API server.
   * Called once.
   *
   * @param dns where DNS is or will be served; at least one address
   * @param regions those whose Services are known, in order of preference, the local one first with
   *     its Services as peers get them
   * @param serving whether DNS is and will be served
   * @throws IOException if this node's address for heartbeats cannot be bound, or the kubeconfig
   *     cannot be read
   */
  public void join(
      List<InetSocketAddress> dns,
      GatewayProbes health,
      Supplier<List<RegionServices>> regions,
      BooleanSupplier serving)
      throws IOException {
    if (place.isPresent()) {
      source =
          Optional.of(cluster(place.get(), reached(place.get(), dns), health, regions, serving));
    }
    RegionSource known = source.orElseThrow();
    if (overlay.managed()) {
      tunnel =
          Optional.of(
              ManagedTunnel.start(
                  node,
                  () -> settings.get().overlay(),
                  new ManagedTunnel.Callbacks(
                      known.keys(),
                      this::topology,
                      this::settled,
                      known::accepted,
                      overlay::announce),
                  loops));
    }
    onChange.run(); // earlier changes were reported before the source was set
    aliasLoop.start(); // last: its first look loads a native library, which nobody waits for
  }

  private RegionSource cluster(
      ClusterPlace place,
      InetSocketAddress reached,
      GatewayProbes health,
      Supplier<List<RegionServices>> regions,
      BooleanSupplier serving)
      throws IOException {
    RegionSettings first = settings.get();
    return ClusterControl.start(
        new ControlSettings(
                node,
                reached.getAddress(),
                place.namespace(),
                first.cluster().routerLabel(),
                ControlSettings.ELECTION_PORT,
                reached.getPort(),
                first.httpPort())
            .with(ControlSettings.Options.of(first, place.namespace())),
        new ControlSources(
            () -> ConfiguredRegions.local(settings.get(), overlay.ranges()),
            () -> ConfiguredRegions.claims(settings.get()),
            overlay,
            health,
            () -> serving.getAsBoolean() && overlay.up(),
            () -> settings.get().egress(),
            () -> settings.get().supernets(),
            () -> settings.get().directoryRoom(),
            regions),
        place.kubeconfig(),
        new ClusterControl.Listener() {
          @Override
          public void directory(Directory next) {
            directoryChanged(next);
          }

          @Override
          public void topology(Topology next) {
            regionsChanged();
          }
        },
        loops);
  }

  /** Where other nodes of the cluster reach this bridge's DNS. */
  private static InetSocketAddress reached(ClusterPlace place, List<InetSocketAddress> dns) {
    InetSocketAddress bound =
        dns.stream()
            .filter(address -> !address.getAddress().isLoopbackAddress())
            .findFirst()
            .orElse(dns.getFirst());
    return new InetSocketAddress(place.address().orElse(bound.getAddress()), bound.getPort());
  }

  private void overlayChanged() {
    host.changed();
    lookAgain();
    onChange.run();
  }

  private void directoryChanged(Directory next) {
    directory = next;
    onChange.run();
  }

  private void regionsChanged() {
    tunnel.ifPresent(ManagedTunnel::lookAgain);
    onChange.run();
  }

  /** Must be called when the configuration may have changed. */
  public void lookAgain() {
    source.ifPresent(RegionSource::lookAgain);
    tunnel.ifPresent(ManagedTunnel::lookAgain);
    aliasLoop.lookAgain();
  }

  /** The regions as they are known now; at first what is configured of them. */
  public Topology topology() {
    return source
        .flatMap(RegionSource::topology)
        .orElseGet(() -> ConfiguredRegions.topology(settings.get(), overlay.ranges()).incomplete());
  }

  /** Whether {@link #topology} is more than what is configured, or nothing more can be had. */
  public boolean settled() {
    return source.flatMap(RegionSource::topology).isPresent();
  }

  /** The local Services; empty and not complete at first. */
  public Directory directory() {
    return directory;
  }

  /** Why the local Services are not known, or not as they are now, one sentence each. */
  public List<String> directoryProblems() {
    return source.map(RegionSource::directoryProblems).orElse(List.of());
  }

  /** This node's address in its cluster; empty: that of the default route. */
  public Optional<InetAddress> nodeAddress() {
    return place.flatMap(ClusterPlace::address);
  }

  /** The addresses of this machine. */
  public HostAddresses host() {
    return host.addresses();
  }

  /** This node's addresses on the overlay, IPv4 first. */
  public List<InetAddress> overlayAddresses() {
    return overlay.addresses();
  }

  /** Where overlay addresses come from; empty where there is no overlay. */
  public List<Cidr> overlayRanges() {
    return overlay.ranges();
  }

  /** How traffic gets to the peers' pods; nothing where that is not our business. */
  public EgressReport egress() {
    return source.map(RegionSource::egress).orElse(EgressReport.EMPTY);
  }

  /** The peers of the overlay's device; empty where it cannot be read. */
  public List<PeerTunnel> tunnels() {
    return overlay.tunnels(topology().peers());
  }

  /** When the last handshake with each region was, by the region's name. */
  public Map<String, Instant> handshakes() {
    return overlay.handshakes(topology().peers());
  }

  /** When this node's key on the overlay expires, where its agent says so. */
  public Optional<Instant> keyExpiry() {
    return overlay.keyExpiry();
  }

  /**
   * What peers may know of this region, as JSON: where its addresses lie and the public ends of its
   * tunnels.
   *
   * @param key of the peer that asks, base64; the answer says whether this process's device has it
   */
  public JsonNode announcement(Optional<String> key) {
    return RegionDocument.of(
            topology().local(),
            tunnel.flatMap(_ -> source).map(RegionSource::ends),
            source.flatMap(RegionSource::podPath),
            key.map(asked -> tunnel.filter(made -> made.knows(asked)).isPresent()))
        .toJson();
  }

  /** What was found of the overlay, the source of regions and the tunnels. */
  public List<Finding> findings() {
    boolean carries =
        active()
            && egress().engine() == RegionSettings.Engine.ROUTES
            && overlay.carrier(topology().local()).isEmpty();
    List<Finding> findings =
        new ArrayList<>(
            overlay.findings(place.isPresent(), topology().local().knownPodCidrs(), carries));
    source.ifPresent(known -> findings.addAll(known.findings()));
    tunnel.ifPresent(made -> findings.addAll(made.findings()));
    aliasFinding.ifPresent(findings::add);
    return findings;
  }

  /**
   * How many Services are exported, imported and in conflict by the Multi-Cluster Services API;
   * empty while it is switched off or not installed.
   */
  public Optional<Imports> imports() {
    return source
        .flatMap(RegionSource::imports)
        .map(counted -> new Imports(counted.exports(), counted.imports(), counted.conflicts()));
  }

  /** Whether this node is the active gateway; false if no node is elected. */
  public boolean active() {
    return source.filter(RegionSource::active).isPresent();
  }

  /**
   * Hands the role of the active gateway over to another node and does not take it again;
   * everything else goes on. Waits for some seconds at most.
   */
  public void resign() {
    source.ifPresent(RegionSource::resign);
  }

  /**
   * Stops what {@link #join} and the reading of manifests started: changes of regions and Services
   * are not reported any more. What is known stays. To be called before the data plane ends.
   */
  public void leave() {
    if (!left.getAndSet(true)) {
      tunnel.ifPresent(ManagedTunnel::close);
      source.ifPresent(RegionSource::close);
    }
  }

  /** Stops. A second call has no effect. */
  @Override
  public void close() {
    leave();
    aliasLoop.close();
    overlay.close();
  }
}
