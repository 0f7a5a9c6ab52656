package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
        .containsExactly("source mark", "packet marks", "packet marks", "Cilium devices");
    assertThat(checks)
        .filteredOn(c -> c.state() == Check.State.WARNING)
        .allMatch(c -> !c.remedy().isEmpty());
  }

  @Test
  void aMarkThatPacketsGetThroughWithIsNoMatter() {
    List<EgressFacts.Way> ways = List.of(new EgressFacts.Way(RANGE, Optional.of("wt0")));
    int netBird = 0x1bd00;
    assertThat(
            EgressChecks.of(new EgressFacts("wt0", ways, false, netBird, true, Optional.empty())))
        .noneMatch(check -> check.name().equals("packet marks"));
    assertThat(
            EgressChecks.of(new EgressFacts("wt0", ways, false, netBird, false, Optional.empty())))
        .filteredOn(check -> check.name().equals("packet marks"))
        .hasSize(2);
  }

  private static EgressFacts facts(
      Optional<String> way, boolean sourceMark, int fwmark, Optional<String> devices) {
    return new EgressFacts(
        "wt0", List.of(new EgressFacts.Way(RANGE, way)), sourceMark, fwmark, false, devices);
  }
}
