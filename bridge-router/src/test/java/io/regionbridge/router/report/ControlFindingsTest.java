package io.regionbridge.router.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.WatchStatus;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ControlFindingsTest {
  @Test
  void anInvalidObjectIsNamed() {
    Finding found = watched(Map.of("services", ignoring("services web/a: spec is missing")));
    assertThat(found.state()).isEqualTo(State.FALSE);
    assertThat(found.reason()).isEqualTo("ObjectIgnored");
    assertThat(found.message())
        .isEqualTo("services web/a: spec is missing; what was known before stays in force");
  }

  @Test
  void ofManyOnlySomeAreNamed() {
    Finding found =
        watched(
            Map.of(
                "services",
                new WatchStatus.Current(Collections.nCopies(18, "services web/a: no spec"))));
    assertThat(found.message()).contains("; and 2 more; ").hasSizeLessThan(1_000);
  }

  @Test
  void anInvalidRegionObjectIsNamedByTheOtherConditionAlone() {
    String flaw = ClusterWatcher.REGIONS + " mn: spec.podCIDRs is no list";
    assertThat(watched(Map.of(ClusterWatcher.REGIONS, ignoring(flaw))).state())
        .isEqualTo(State.TRUE);
    Finding accepted = ControlFindings.accepted(List.of(flaw), List.of());
    assertThat(accepted.state()).isEqualTo(State.FALSE);
    assertThat(accepted.reason()).isEqualTo("Malformed");
    assertThat(accepted.message()).isEqualTo(flaw);
  }

  private static WatchStatus ignoring(String text) {
    return new WatchStatus.Current(List.of(text));
  }

  private static Finding watched(Map<String, WatchStatus> statuses) {
    ClusterView view =
        new ClusterView(List.of(), List.of(), List.of(), Map.of(), List.of(), List.of(), statuses);
    return ControlFindings.watched(view, Optional.empty());
  }
}
