package io.regionbridge.router.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.election.Reach;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RouterNodeReportTest {
  @ParameterizedTest
  @EnumSource(Reach.class)
  void onlyANodeThatReachesNobodyIsCutOff(Reach reach) {
    RouterNodeStatus status =
        RouterNodeReport.status(
            false, true, reach, 0, Optional.empty(), Optional.empty(), List.of(), Instant.EPOCH);
    RouterNodeFacts node =
        new RouterNodeFacts(
            "r1",
            new RouterNodeSpec("fsn1", null, null, null, null, null, null, null),
            "Standby",
            Objects.requireNonNull(status.conditions()));
    assertThat(RouterNodeReport.cutOff(node)).isEqualTo(reach == Reach.BLIND);
  }
}
