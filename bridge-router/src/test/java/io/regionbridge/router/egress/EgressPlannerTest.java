package io.regionbridge.router.egress;

import static io.regionbridge.router.egress.Topologies.cidrs;
import static io.regionbridge.router.egress.Topologies.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.regionbridge.router.egress.EgressPlan.RegionEgress;
import io.regionbridge.router.egress.RefusedRange.Reason;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.Conflict;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.Topology;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressPlannerTest {
  private static final EgressRules RULES =
      EgressRules.of(RegionSettings.Egress.of(RegionSettings.Engine.AUTO), cidrs("100.64.0.0/10"));

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, DEFAULT_ROUTE",
    "::/0, DEFAULT_ROUTE",
    "10.0.0.0/9, TOO_WIDE",
    "fd00::/32, TOO_WIDE",
    "127.0.0.0/16, SPECIAL",
    "169.254.169.254/32, SPECIAL",
    "224.1.0.0/16, SPECIAL",
    "::ffff:0:0:0/96, SPECIAL",
    "64:ff9b::a34:0/112, SPECIAL",
    "2002:a34::/32, SPECIAL",
    "100.64.0.0/10, OVERLAY",
    "100.100.1.0/24, OVERLAY",
    "172.16.0.0/12, OVERLAY",
    "10.42.7.0/24, THIS_REGION",
    "10.42.0.0/15, THIS_REGION",
    "10.43.0.0/16, THIS_REGION",
    "192.0.2.0/24, THIS_REGION",
    "10.60.3.0/24, ANOTHER_REGION",
    "10.61.0.0/16, ANOTHER_REGION"
  })
  void whatMustNotBeSentToAPeerIsNot(String range, Reason reason) {
    EgressPlan plan =
        plan(
            peer("mn", cidrs("10.52.0.0/16", range), List.of(), "172.16.3.4"),
            peer("hel1", cidrs("10.60.0.0/16"), cidrs("10.61.0.0/16")));
    RegionEgress mn = plan.region("mn").orElseThrow();
    assertThat(mn.destinations()).as("the rest goes on").containsExactly(Cidr.of("10.52.0.0/16"));
    assertThat(mn.refusals()).hasSize(1);
    assertThat(mn.refusals().getFirst().reason()).isEqualTo(reason);
    assertThat(mn.refusals().getFirst().message()).startsWith(range + " ");
  }

  @Test
  void aRangeThatTwoRegionsClaimIsSentToNeitherAndBothSidesAreNamed() {
    EgressPlan plan =
        plan(
            peer("mn", cidrs("10.52.0.0/16"), List.of()),
            peer("hel1", cidrs("10.52.7.0/24", "10.60.0.0/16"), List.of()));
    assertThat(plan.region("mn").orElseThrow().destinations()).isEmpty();
    assertThat(plan.region("hel1").orElseThrow().destinations()).isEqualTo(cidrs("10.60.0.0/16"));
    assertThat(plan.region("hel1").orElseThrow().refusals())
        .extracting(RefusedRange::message)
        .containsExactly("10.52.7.0/24 overlaps 10.52.0.0/16 of region mn");
  }

  @Test
  void aPeerThatClaimsEverythingTakesNothingFromTheOthers() {
    PeerRegion mn = peer("mn", cidrs("10.52.0.0/16"), List.of());
    PeerRegion greedy = peer("greedy", cidrs("0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8"), List.of());
    EgressPlan plan = plan(mn, greedy);
    assertThat(plan.region("mn").orElseThrow().destinations()).isEqualTo(mn.podCidrs());
    assertThat(plan.region("greedy").orElseThrow().refusals()).hasSize(3);
  }

  @Test
  void clusterIpsAreSentOnlyWhereThatIsConfigured() {
    PeerRegion mn = peer("mn", cidrs("10.52.0.0/16"), cidrs("10.53.0.0/16"));
    assertThat(plan(mn).region("mn").orElseThrow().destinations()).isEqualTo(mn.podCidrs());
    assertThat(
            EgressPlanner.plan(
                    Topologies.of(mn), new EgressRules(List.of(), 10, 40, true), Map.of())
                .region("mn")
                .orElseThrow()
                .destinations())
        .isEqualTo(cidrs("10.52.0.0/16", "10.53.0.0/16"));
  }

  @Test
  void theTopologysOwnConflictsCountToo() {
    Topology topology = Topologies.of(peer("mn", cidrs("10.52.0.0/16"), List.of()));
    Topology disputed =
        new Topology(
            topology.local(),
            topology.peers(),
            List.of(
                new Conflict.Ranges(
                    "mn",
                    Cidr.of("10.52.0.0/16"),
                    Conflict.Ranges.OVERLAY,
                    Cidr.of("10.52.3.0/24"))),
            true);
    assertThat(
            EgressPlanner.plan(disputed, RULES, Map.of()).region("mn").orElseThrow().destinations())
        .isEmpty();
  }

  @Test
  void whatWasSentBeforeIsSentOnUntilTheRegionSaysSomethingElse() {
    Map<String, List<Cidr>> remembered =
        Map.of(
            "mn", cidrs("10.52.0.0/16"),
            "hel1", cidrs("10.60.0.0/16", "10.42.0.0/16"),
            "nbg1", cidrs("10.70.0.0/16"),
            "fsn1", cidrs("10.80.0.0/16"));
    EgressPlan plan =
        EgressPlanner.plan(
            Topologies.of(
                peer("mn", cidrs("10.54.0.0/16"), List.of()), peer("nbg1", List.of(), List.of())),
            RULES,
            remembered);
    assertThat(plan.region("mn").orElseThrow().destinations()).isEqualTo(cidrs("10.54.0.0/16"));
    assertThat(plan.region("nbg1").orElseThrow().destinations()).isEqualTo(cidrs("10.70.0.0/16"));
    RegionEgress gone = plan.region("hel1").orElseThrow();
    assertThat(gone.destinations()).as("checked all the same").isEqualTo(cidrs("10.60.0.0/16"));
    assertThat(gone.refusals()).hasSize(1);
    assertThat(plan.region("fsn1")).as("this region is no peer").isEmpty();
  }

  @Test
  void noRuleLetsADefaultRouteThrough() {
    assertThatIllegalArgumentException().isThrownBy(() -> new EgressRules(List.of(), 0, 40, false));
  }

  private static EgressPlan plan(PeerRegion... peers) {
    return EgressPlanner.plan(Topologies.of(peers), RULES, Map.of());
  }
}
