package io.regionbridge.router.egress.routes;

import io.regionbridge.router.egress.EgressDriver;
import io.regionbridge.router.egress.EgressGateway;
import io.regionbridge.router.egress.EgressInputs;
import io.regionbridge.router.egress.EgressPlan.RegionEgress;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.egress.EgressReport.Region;
import io.regionbridge.router.egress.EgressReport.State;
import io.regionbridge.router.settings.RegionSettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Egress by the agents on all nodes, which read the plan from the RouterNode of the active gateway:
 * nothing is left to write.
 */
public final class RoutedEgress implements EgressDriver {
  @Override
  public EgressReport observe(EgressInputs inputs) {
    return new EgressReport(
        RegionSettings.Engine.ROUTES,
        inputs.plan().regions().stream().map(egress -> region(egress, inputs.gateway())).toList());
  }

  @Override
  public EgressReport apply(EgressInputs inputs) {
    return observe(inputs);
  }

  private static Region region(RegionEgress egress, Optional<EgressGateway> gateway) {
    Region none = Region.refused(egress);
    if (egress.destinations().isEmpty()) {
      return none;
    }
    if (gateway.isEmpty()) {
      return none.with(State.BLOCKED, Region.NO_GATEWAY, Region.NO_GATEWAY_MESSAGE);
    }
    String ranges =
        egress.destinations().stream().map(Objects::toString).collect(Collectors.joining(", "));
    return new Region(
        egress.region(),
        State.APPLIED,
        "Routed",
        "nodes with an agent route %s to %s".formatted(ranges, gateway.get().node()),
        egress.destinations(),
        Optional.of(gateway.get().node()),
        gateway.get().interfaceName(),
        egress.refusals(),
        List.of());
  }
}
