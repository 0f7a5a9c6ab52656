package io.regionbridge.api.reports;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.router.egress.EgressReport;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** How egress stands, as values for status and metrics. Pure. */
final class PolicyReports {
  private PolicyReports() {}

  static List<BridgeStatus.Policy> of(EgressReport report) {
    return report.regions().stream()
        .map(region ->
            new BridgeStatus.Policy(
                "region-bridge-" + region.name(),
                region.name(),
                region.destinations().stream().map(Objects::toString).toList(),
                region.node().orElse(""),
                word(region.state()),
                region.message()))
        .toList();
  }

  /** How many regions are in each state of their egress; every state is there. */
  static Map<String, Long> counts(EgressReport report) {
    Map<String, Long> counts = new TreeMap<>();
    report.counts().forEach((state, count) -> counts.put(word(state), count));
    return counts;
  }

  private static String word(EgressReport.State state) {
    return state == EgressReport.State.APPLIED ? "active" : state.name().toLowerCase(Locale.ROOT);
  }
}
