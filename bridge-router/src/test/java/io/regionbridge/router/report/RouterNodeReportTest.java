package io.regionbridge.router.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.election.Reach;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.topology.LocalRegion;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RouterNodeReportTest {
  private static final LocalRegion.Ranges NONE =
      new LocalRegion.Ranges(List.of(), LocalRegion.Origin.NONE);
  private static final LocalRegion LOCAL =
      new LocalRegion(
          "fsn1",
          "fsn1.internal",
          NONE,
          NONE,
          List.of(),
          Optional.empty(),
          List.of(InetAddress.ofLiteral("10.0.0.2"), InetAddress.ofLiteral("10.0.0.3")),
          false,
          LocalRegion.CLUSTER_DOMAINS,
          AliasRanges.NONE);

  private static RouterNodeStatus status(Reach reach, Optional<RouterNodeReport.Routing> routing) {
    return RouterNodeReport.status(
        false,
        true,
        reach,
        0,
        Optional.empty(),
        routing,
        LOCAL,
        List.of(),
        List.of(),
        Instant.EPOCH);
  }

  @Test
  void agentsAreToldTheNodesWhereThereAreAgents() {
    RouterNodeReport.Routing routing = new RouterNodeReport.Routing(List.of(), Optional.of("r1"));
    assertThat(status(Reach.SEEING, Optional.of(routing)))
        .returns(List.of("10.0.0.2/31"), RouterNodeStatus::nodes)
        .returns("r1", RouterNodeStatus::carrier);
    assertThat(status(Reach.SEEING, Optional.empty()).nodes()).isNull();
  }

  @ParameterizedTest
  @EnumSource(Reach.class)
  void onlyANodeThatReachesNobodyIsCutOff(Reach reach) {
    RouterNodeStatus status = status(reach, Optional.empty());
    RouterNodeFacts node =
        new RouterNodeFacts(
            "r1",
            new RouterNodeSpec("fsn1", null, null, null, null, null, null, null, null, null, null),
            "Standby",
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Objects.requireNonNull(status.conditions()));
    assertThat(RouterNodeReport.cutOff(node)).isEqualTo(reach == Reach.BLIND);
  }
}
