package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.tunnel.HostSettings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HostChecksTest {
  private static final HostFacts GOOD =
      new HostFacts(Optional.of("wt0"), true, 1420, List.of(), true, false);

  @Test
  void isContentWithAGoodNode() {
    assertThat(HostChecks.of(GOOD)).allMatch(c -> c.state() == Check.State.OK);
  }

  @Test
  void hasNothingToSayOfAMachineWithoutOverlay() {
    assertThat(HostChecks.of(new HostFacts(Optional.empty(), false, 0, List.of(), true, false)))
        .singleElement()
        .matches(c -> c.state() == Check.State.SKIPPED);
  }

  @Test
  void givesTheCommandThatMendsASetting() {
    HostFacts strict =
        new HostFacts(
            Optional.of("wt0"),
            true,
            1420,
            List.of(
                new HostSettings.Finding("net.ipv4.ip_forward", "0", "set it to 1: x"),
                new HostSettings.Finding("net.ipv4.conf.wt0.rp_filter", "1", "set it to 2: y")),
            true,
            false);
    assertThat(HostChecks.of(strict))
        .filteredOn(c -> c.state() == Check.State.FAILURE)
        .extracting(Check::remedy)
        .containsExactly(
            "sysctl -w net.ipv4.ip_forward=1, and in /etc/sysctl.d",
            "sysctl -w net.ipv4.conf.wt0.rp_filter=2, and in /etc/sysctl.d");
  }

  @Test
  void noticesAnInterfaceThatIsDownOrTooNarrow() {
    HostFacts down = new HostFacts(Optional.of("wg0"), false, 1420, List.of(), true, false);
    assertThat(HostChecks.of(down).getFirst().remedy()).isEqualTo("ip link set wg0 up");
    HostFacts narrow = new HostFacts(Optional.of("wg0"), true, 1200, List.of(), true, false);
    assertThat(HostChecks.of(narrow).getFirst().message()).contains("MTU of 1200");
  }

  @Test
  void warnsThatHandshakesCannotBeSeen() {
    HostFacts weak = new HostFacts(Optional.of("wg0"), true, 1420, List.of(), false, false);
    assertThat(HostChecks.of(weak))
        .anyMatch(c -> c.name().equals("capabilities") && c.state() == Check.State.WARNING);
    HostFacts socket = new HostFacts(Optional.of("wg0"), true, 1420, List.of(), false, true);
    assertThat(HostChecks.of(socket)).noneMatch(c -> c.name().equals("capabilities"));
  }
}
