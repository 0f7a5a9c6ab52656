package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressChecksTest {
  private static final Cidr RANGE = Cidr.of("10.52.0.0/16");

  @Test
  void aNodeThatSendsByTheOverlayIsFine() {
    List<Check> checks =
        EgressChecks.of(facts(Optional.of("wt0"), false, 0x2_0000, Optional.of("eth+ wt0")));
    assertThat(checks).extracting(Check::state).containsExactly(Check.State.OK);
  }

  @Test
  void aMissingRouteAndOneByAnotherWayAreFailures() {
    Check missing = EgressChecks.of(facts(Optional.empty(), false, 0, Optional.empty())).getFirst();
    assertThat(missing.state()).isEqualTo(Check.State.FAILURE);
    assertThat(missing.message()).contains("no route to 10.52.0.0/16");
    Check other =
        EgressChecks.of(facts(Optional.of("eth0"), false, 0, Optional.empty())).getFirst();
    assertThat(other.message()).isEqualTo("10.52.0.0/16 leaves by eth0, not by wt0");
    assertThat(other.remedy()).contains("ip route get 10.52.0.0");
  }

  @Test
  void whatGetsInTheWayOfOthersIsAWarningWithARemedy() {
    List<Check> checks =
        EgressChecks.of(facts(Optional.of("wt0"), true, 0x4200, Optional.of("eth0,ens+")));
    assertThat(checks)
        .filteredOn(c -> c.state() == Check.State.WARNING)
        .extracting(Check::name)
        .containsExactly("source mark", "packet marks", "packet marks");
    assertThat(checks)
        .as("Cilium drops what leaves by an interface that is not among its devices")
        .filteredOn(c -> c.name().equals("Cilium devices"))
        .extracting(Check::state)
        .containsExactly(Check.State.FAILURE);
    assertThat(checks)
        .filteredOn(c -> c.state() == Check.State.WARNING)
        .allMatch(c -> !c.remedy().isEmpty());
  }

  @Test
  void aMarkThatPacketsGetThroughWithIsNoMatter() {
    List<EgressFacts.RangeRoute> ways =
        List.of(new EgressFacts.RangeRoute(RANGE, Optional.of("wt0")));
    int netBird = 0x1bd00;
    assertThat(
            EgressChecks.of(
                facts(ways, List.of(), false, netBird, true, Optional.empty(), Optional.empty())))
        .noneMatch(check -> check.name().equals("packet marks"));
    assertThat(
            EgressChecks.of(
                facts(ways, List.of(), false, netBird, false, Optional.empty(), Optional.empty())))
        .filteredOn(check -> check.name().equals("packet marks"))
        .hasSize(2);
  }

  @Test
  void ownPodsThatLeaveByTheOverlayAreAFailureWithTheRuleThatMendsIt() {
    List<EgressFacts.RangeRoute> own =
        List.of(new EgressFacts.RangeRoute(RANGE, Optional.of("wt0")));
    assertThat(
            EgressChecks.of(
                facts(List.of(), own, false, 0, true, Optional.empty(), Optional.empty())))
        .singleElement()
        .returns(Check.State.FAILURE, Check::state)
        .satisfies(check ->
            assertThat(check.remedy()).contains("ip rule add to " + RANGE + " priority 2500"));
    List<EgressFacts.RangeRoute> fine =
        List.of(new EgressFacts.RangeRoute(RANGE, Optional.of("cni0")));
    assertThat(
            EgressChecks.of(
                facts(List.of(), fine, false, 0, true, Optional.empty(), Optional.empty())))
        .isEmpty();
  }

  /** What Cilium is told beside an overlay of 1280 octets. */
  @ParameterizedTest
  @CsvSource({"0, true", "1450, true", "1280, false", "1200, false"})
  void packetsOfPodsThatDoNotFitAreTold(int mtu, boolean told) {
    assertThat(
            EgressChecks.of(
                facts(List.of(), List.of(), false, 0, true, Optional.empty(), Optional.of(mtu))))
        .hasSize(told ? 1 : 0);
  }

  private static EgressFacts facts(
      Optional<String> way, boolean sourceMark, int fwmark, Optional<String> devices) {
    return facts(
        List.of(new EgressFacts.RangeRoute(RANGE, way)),
        List.of(),
        sourceMark,
        fwmark,
        false,
        devices,
        Optional.empty());
  }

  private static EgressFacts facts(
      List<EgressFacts.RangeRoute> ways,
      List<EgressFacts.RangeRoute> own,
      boolean sourceMark,
      int fwmark,
      boolean tunnelUp,
      Optional<String> devices,
      Optional<Integer> ciliumMtu) {
    return new EgressFacts(
        "wt0", 1280, ways, own, sourceMark, fwmark, tunnelUp, devices, ciliumMtu);
  }
}
