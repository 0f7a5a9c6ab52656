package io.regionbridge.router.egress;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.settings.RegionSettings;
import java.util.List;
import java.util.Optional;

/**
 * The inputs of egress at one look.
 *
 * @param gateway the active one, as far as it is known
 * @param standbys the other router nodes that have an overlay of their own
 */
public record EgressInputs(
    ClusterView view,
    EgressPlan plan,
    Optional<EgressGateway> gateway,
    List<EgressGateway> standbys,
    RegionSettings.Egress settings) {
  public EgressInputs {
    standbys = List.copyOf(standbys);
  }
}
