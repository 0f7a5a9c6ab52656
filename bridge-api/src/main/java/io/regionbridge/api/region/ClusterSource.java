package io.regionbridge.api.region;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.control.ControlSettings;
import io.regionbridge.router.control.ControlSources;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.overlay.OverlayWatch;
import io.regionbridge.router.peers.GatewayProbes;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.KeyStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * In a cluster: Services, ranges, router nodes and peers come from the control plane. Loaded only
 * where Kubernetes is enabled, so that nobody else pays for its client.
 */
public final class ClusterSource implements RegionSource {
  private final Supplier<BridgeConfig> config;
  private final OverlayWatch overlay;
  private final ControlPlane plane;
  private volatile Optional<Topology> topology = Optional.empty();

  /**
   * What a bridge tells of itself and is told.
   *
   * @param config what is in force
   * @param room octets of memory that the directory may take
   * @param listen where other nodes of the cluster reach its DNS
   * @param overlay closed by whoever made it
   * @param health what its data plane knows of gateways
   * @param serving whether it serves DNS, and means to go on
   * @param onDirectory takes each new directory
   * @param onRegions told that {@link #topology} may be another one
   * @param loops makes what runs in the background
   */
  public record Ties(
      Supplier<BridgeConfig> config,
      LongSupplier room,
      InetSocketAddress listen,
      OverlayWatch overlay,
      GatewayProbes health,
      BooleanSupplier serving,
      Consumer<Directory> onDirectory,
      Runnable onRegions,
      Loops loops) {}

  /**
   * Starts the control plane. Never waits for the API server.
   *
   * @throws IOException if this node's address for signs of life cannot be bound, or the kubeconfig
   *     cannot be read
   */
  public ClusterSource(ClusterPlace place, Ties ties) throws IOException {
    config = ties.config();
    overlay = ties.overlay();
    BridgeConfig first = config.get();
    plane =
        ControlPlane.start(
            new ControlSettings(
                    place.node(),
                    ties.listen().getAddress(),
                    place.namespace(),
                    first.kubernetes().routerLabel(),
                    ControlSettings.ELECTION_PORT,
                    ties.listen().getPort(),
                    first.admin().listen().getPort())
                .with(ConfiguredRegions.options(first, place.namespace())),
            new ControlSources(
                () -> ConfiguredRegions.local(config.get(), overlay.ranges()),
                () -> ConfiguredRegions.claims(config.get()),
                overlay,
                ties.health(),
                () -> ties.serving().getAsBoolean() && overlay.up(),
                () -> ConfiguredRegions.egress(config.get()),
                () -> config.get().get(ConfigKeys.TRUST_SUPERNETS),
                ties.room()),
            place.kubeconfig(),
            new ControlPlane.Listener() {
              @Override
              public void directory(Directory next) {
                ties.onDirectory().accept(next);
              }

              @Override
              public void topology(Topology next) {
                topology = Optional.of(next);
                ties.onRegions().run();
              }
            },
            ties.loops());
  }

  @Override
  public Topology topology() {
    return topology.orElseGet(
        () -> ConfiguredRegions.withoutCluster(config.get(), overlay.ranges()).incomplete());
  }

  @Override
  public boolean settled() {
    return topology.isPresent();
  }

  @Override
  public void lookAgain() {
    plane.lookAgain();
  }

  /** Why the Services are not known, or not as they are now. */
  @Override
  public List<String> problems() {
    return plane.directoryProblems();
  }

  @Override
  public List<Condition> conditions() {
    return plane.conditions().stream()
        .map(c ->
            new Condition(c.type(), c.status(), c.reason(), c.message(), c.lastTransitionTime()))
        .toList();
  }

  @Override
  public EgressReport egress() {
    return plane.egress();
  }

  @Override
  public KeyStore keys() {
    return plane.keys();
  }

  /** What RouterNodes say; of this node, what is so at the moment. */
  @Override
  public TunnelRecord ends() {
    return plane.ends();
  }

  @Override
  public Set<InetAddress> accepted(String publicKey) {
    return plane.accepted(publicKey);
  }

  @Override
  public boolean active() {
    return plane.active();
  }

  @Override
  public void resign() {
    plane.resign();
  }

  @Override
  public void close() {
    plane.close();
  }
}
