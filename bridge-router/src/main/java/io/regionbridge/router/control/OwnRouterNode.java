package io.regionbridge.router.control;

import io.regionbridge.router.border.Remembered;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.NodeFacts;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.election.Leadership;
import io.regionbridge.router.election.Reach;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.kubernetes.StatusWriter;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.report.RouterNodeReport;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.router.tunnel.KeyStore;
import io.regionbridge.router.wireguard.PrivateKey;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The RouterNode object of this node: writes what the node says of itself, and takes up what is
 * asked of it there. Nobody else writes it, so no permit is needed. Owned by the loop of the
 * topology.
 */
final class OwnRouterNode {
  private static final Logger log = LoggerFactory.getLogger(OwnRouterNode.class);

  private final ControlSettings settings;
  private final ControlSources sources;
  private final StatusWriter statuses;
  private final KeyStore keys;
  private final Clock clock;

  OwnRouterNode(
      ControlSettings settings,
      ControlSources sources,
      StatusWriter statuses,
      KeyStore keys,
      Clock clock) {
    this.settings = settings;
    this.sources = sources;
    this.statuses = statuses;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Writes the object if the API server has the node. Returns why it could not be written, or
   * empty.
   *
   * @param undeclared regions known by the overlay only
   */
  Optional<String> reconcile(
      ClusterView view,
      Topology topology,
      Map<String, Remembered> undeclared,
      Leadership leadership,
      Reach reaches,
      Optional<RouterNodeReport.Routing> routing) {
    Optional<NodeFacts> node =
        view.routers().stream().filter(n -> n.name().equals(settings.node())).findFirst();
    Optional<RouterNodeFacts> present =
        view.routerNodes().stream().filter(r -> r.name().equals(settings.node())).findFirst();
    return node.flatMap(facts ->
        statuses.routerNode(
            settings.node(),
            facts.uid(),
            RouterNodeReport.spec(
                settings.nodeAddress(), settings.dnsPort(), sources.overlay(), topology.local()),
            RouterNodeReport.status(
                leadership.mine(),
                sources.fit().getAsBoolean(),
                reaches,
                leadership.transitions(),
                present.flatMap(this::takeUpRotation),
                routing,
                topology.local(),
                overlayRegions(undeclared),
                present.map(RouterNodeFacts::conditions).orElse(List.of()),
                clock.instant())));
  }

  private static List<RouterNodeStatus.OverlayRegion> overlayRegions(
      Map<String, Remembered> undeclared) {
    return new TreeMap<>(undeclared)
        .entrySet().stream()
            .map(region ->
                new RouterNodeStatus.OverlayRegion(
                    region.getKey(),
                    region.getValue().overlayKeys().stream().sorted().toList(),
                    region.getValue().ranges().stream().sorted().map(Cidr::toString).toList()))
            .toList();
  }

  /** Takes a request to rotate this node's key up, if there is one; the last one that was. */
  private Optional<String> takeUpRotation(RouterNodeFacts node) {
    Optional<String> wanted = node.wantedRotation();
    if (wanted.isEmpty() || !sources.overlay().managed()) {
      return node.takenRotation();
    }
    try (PrivateKey key = keys.prepareNext()) {
      log.info("the key is to be rotated ({}); the next one is {}", wanted.get(), key.publicKey());
    } catch (IOException e) {
      log.warn("the key cannot be rotated yet: {}", e.getMessage());
      return node.takenRotation();
    }
    return wanted;
  }
}
