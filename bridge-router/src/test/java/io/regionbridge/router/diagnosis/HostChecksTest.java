package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.tunnel.HostSettings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostChecksTest {
  private static final HostFacts GOOD =
      host(Optional.of("wt0"), true, 1420, List.of(), true, false, Optional.empty());

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPortForWrappedPacketsThatAnybodyReachesIsAFailure(boolean filtered) {
    HostFacts worker =
        new HostFacts(
            Optional.empty(),
            false,
            0,
            List.of(),
            true,
            false,
            Optional.empty(),
            Optional.of(filtered));
    assertThat(HostChecks.of(worker).getFirst().state())
        .isEqualTo(filtered ? Check.State.OK : Check.State.FAILURE);
  }

  @Test
  void isContentWithAGoodNode() {
    assertThat(HostChecks.of(GOOD)).allMatch(c -> c.state() == Check.State.OK);
  }

  @Test
  void hasNothingToSayOfAMachineWithoutOverlay() {
    assertThat(
            HostChecks.of(
                host(Optional.empty(), false, 0, List.of(), true, false, Optional.empty())))
        .singleElement()
        .matches(c -> c.state() == Check.State.SKIPPED);
  }

  @Test
  void givesTheCommandThatMendsASetting() {
    HostFacts strict =
        host(
            Optional.of("wt0"),
            true,
            1420,
            List.of(
                new HostSettings.Finding("net.ipv4.ip_forward", "0", "set it to 1: x"),
                new HostSettings.Finding("net.ipv4.conf.wt0.rp_filter", "1", "set it to 2: y")),
            true,
            false,
            Optional.empty());
    assertThat(HostChecks.of(strict))
        .filteredOn(c -> c.state() == Check.State.FAILURE)
        .extracting(Check::remedy)
        .containsExactly(
            "sysctl -w net.ipv4.ip_forward=1, and in /etc/sysctl.d",
            "sysctl -w net.ipv4.conf.wt0.rp_filter=2, and in /etc/sysctl.d");
  }

  @Test
  void noticesAnInterfaceThatIsDownOrTooNarrow() {
    HostFacts down =
        host(Optional.of("wg0"), false, 1420, List.of(), true, false, Optional.empty());
    assertThat(HostChecks.of(down).getFirst().remedy()).isEqualTo("ip link set wg0 up");
    HostFacts narrow =
        host(Optional.of("wg0"), true, 1200, List.of(), true, false, Optional.empty());
    assertThat(HostChecks.of(narrow).getFirst().message()).contains("MTU of 1200");
  }

  @Test
  void warnsThatHandshakesCannotBeSeen() {
    HostFacts weak =
        host(Optional.of("wg0"), true, 1420, List.of(), false, false, Optional.empty());
    assertThat(HostChecks.of(weak))
        .anyMatch(c -> c.name().equals("capabilities") && c.state() == Check.State.WARNING);
    HostFacts socket =
        host(Optional.of("wg0"), true, 1420, List.of(), false, true, Optional.empty());
    assertThat(HostChecks.of(socket)).noneMatch(c -> c.name().equals("capabilities"));
  }

  @Test
  void warnsBeforeTheTableOfConnectionsIsFull() {
    assertThat(connections(52_428, 65_536).state()).isEqualTo(Check.State.OK);
    assertThat(connections(52_429, 65_536).state()).isEqualTo(Check.State.WARNING);
    assertThat(connections(65_536, 65_536).remedy())
        .isEqualTo("sysctl -w net.netfilter.nf_conntrack_max=131072, and in /etc/sysctl.d");
  }

  private static Check connections(long count, long most) {
    HostFacts host =
        host(
            Optional.of("wt0"),
            true,
            1420,
            List.of(),
            true,
            false,
            Optional.of(new HostFacts.Connections(count, most)));
    return HostChecks.of(host).stream()
        .filter(check -> check.name().equals("connections"))
        .findFirst()
        .orElseThrow();
  }

  /** One that takes no wrapped packets. */
  private static HostFacts host(
      Optional<String> overlay,
      boolean up,
      int mtu,
      List<HostSettings.Finding> settings,
      boolean netAdmin,
      boolean userspace,
      Optional<HostFacts.Connections> connections) {
    return new HostFacts(
        overlay, up, mtu, settings, netAdmin, userspace, connections, Optional.empty());
  }
}
