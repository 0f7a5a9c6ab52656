package io.regionbridge.router.election;

import io.regionbridge.router.peers.GatewayProbes;
import io.regionbridge.router.topology.Topology;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether any peer answers through this node's tunnel: what the election asks of a node that is, or
 * would be, the active gateway. Any thread, several times a second.
 */
public final class PeerReachability {
  private final GatewayProbes health;
  private final ReachObserver eyes = new ReachObserver();

  /** Creates one without observations. */
  public PeerReachability(GatewayProbes health) {
    this.health = health;
  }

  /**
   * Combines the probes of all peers' gateways.
   *
   * @param silent the regions from which pods' packets do not come back, whatever their DNS says
   * @param topology empty while it is unknown
   * @param now nanoseconds that never go back
   */
  public synchronized Reach look(Optional<Topology> topology, Predicate<String> silent, long now) {
    List<GatewayProbes.State> probed =
        topology.stream()
            .flatMap(known -> known.peers().stream())
            .flatMap(peer ->
                peer.gateways().stream()
                    .flatMap(g -> health.of(peer.name(), g.address()).stream())
                    .map(state ->
                        silent.test(peer.name())
                            ? new GatewayProbes.State(false, state.late(), state.roundTrip())
                            : state))
            .toList();
    return eyes.look(sight(probed), now);
  }

  private static ReachObserver.Sight sight(List<GatewayProbes.State> probed) {
    if (probed.isEmpty()) {
      return ReachObserver.Sight.NOBODY_ASKED;
    }
    List<GatewayProbes.State> up = probed.stream().filter(GatewayProbes.State::up).toList();
    if (up.isEmpty()) {
      return ReachObserver.Sight.SILENCE;
    }
    return up.stream().allMatch(GatewayProbes.State::late)
        ? ReachObserver.Sight.DOUBT
        : ReachObserver.Sight.ANSWERS;
  }
}
