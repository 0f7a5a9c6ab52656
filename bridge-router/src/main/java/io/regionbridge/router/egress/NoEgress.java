package io.regionbridge.router.egress;

import io.regionbridge.router.egress.EgressReport.Region;
import io.regionbridge.router.egress.EgressReport.State;
import io.regionbridge.router.settings.RegionSettings;

/** The engine that does nothing. */
public final class NoEgress implements EgressDriver {
  @Override
  public EgressReport observe(EgressInputs inputs) {
    return new EgressReport(
        RegionSettings.Engine.NONE,
        inputs.plan().regions().stream()
            .map(egress ->
                Region.refused(egress)
                    .with(
                        State.DISABLED,
                        "Disabled",
                        "egress.engine is none: somebody else sees to it"))
            .toList());
  }

  @Override
  public EgressReport apply(EgressInputs inputs) {
    return observe(inputs);
  }
}
