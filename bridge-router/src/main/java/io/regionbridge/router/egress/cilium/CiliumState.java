package io.regionbridge.router.egress.cilium;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.discovery.ReadFailure;
import io.regionbridge.router.discovery.WatchStatus;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a cluster's Cilium does what policies ask of it, as far as the API server shows. Pure.
 */
public final class CiliumState {
  private CiliumState() {}

  /** Why policies have no effect, in one CamelCase word, and what to enable. */
  public record Obstacle(String reason, String message) {}

  /** Whether the policies have been listed, so that one that is not there is not there. */
  static boolean known(ClusterView view) {
    return switch (view.statuses().get(ClusterWatcher.EGRESS_POLICIES)) {
      case WatchStatus.Current _ -> true;
      case WatchStatus.Failing failing ->
          failing.known() && failing.failure().reason() != ReadFailure.Reason.NOT_INSTALLED;
      case null, default -> false;
    };
  }

  /** Why the effect of policies is unknown: Cilium's settings are not seen. */
  static Optional<Obstacle> unseen(ClusterView view) {
    return view.configMaps().containsKey(ClusterWatcher.CILIUM_CONFIG)
        ? Optional.empty()
        : Optional.of(
            new Obstacle(
                "CiliumNotSeen",
                "whether Cilium carries the policy out cannot be seen: there is no ConfigMap"
                    + " cilium-config in kube-system, and not one alone elsewhere that may be"
                    + " read"));
  }

  /** What is in the way, if anything is. */
  static Optional<Obstacle> obstacle(ClusterView view) {
    return resource(view.statuses().get(ClusterWatcher.EGRESS_POLICIES))
        .or(() ->
            Optional.ofNullable(view.configMaps().get(ClusterWatcher.CILIUM_CONFIG))
                .flatMap(CiliumState::settings));
  }

  private static Optional<Obstacle> resource(@Nullable WatchStatus status) {
    if (!(status instanceof WatchStatus.Failing failing)) {
      return Optional.empty();
    }
    return switch (failing.failure().reason()) {
      case NOT_INSTALLED ->
          Optional.of(
              new Obstacle(
                  "CiliumNotFound",
                  "the API server has no CiliumEgressGatewayPolicy: install Cilium with"
                      + " egressGateway.enabled=true, or set egress.engine to routes and run the"
                      + " agents"));
      case FORBIDDEN, UNAUTHORIZED ->
          Optional.of(new Obstacle("Forbidden", failing.failure().toString()));
      case THROTTLED, SERVER_ERROR, UNREACHABLE ->
          failing.known()
              ? Optional.empty() // what was last known stays in force
              : Optional.of(new Obstacle("APIServerUnreachable", failing.failure().toString()));
    };
  }

  /** The same of {@code cilium-config} alone. */
  private static Optional<Obstacle> settings(ConfigMapFacts config) {
    List<String> values = CiliumSettings.requiredChanges(config.data());
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Obstacle(
                "EgressGatewayDisabled",
                "Cilium does not carry policies out: set "
                    + String.join(", ", values)
                    + " in its Helm values and restart its agents"));
  }
}
