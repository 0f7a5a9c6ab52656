package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FollowerMachineTest {
  private static final InetSocketAddress ONE = gateway("10.99.0.1");
  private static final InetSocketAddress TWO = gateway("10.99.0.2");

  private long now = 1_000_000_000_000L;
  private double chance = 0.5;
  private final FollowerMachine machine = new FollowerMachine(() -> chance, now);

  @Test
  void nobodyIsFollowedWithoutGateways() {
    assertThat(machine.due(now)).isEmpty();
  }

  @Test
  void chanceSaysWhichGatewayIsTheFirst() {
    chance = 0;
    machine.gateways(List.of(ONE, TWO));
    assertThat(machine.due(now)).contains(ONE);
    FollowerMachine other = new FollowerMachine(() -> 0.9, now);
    other.gateways(List.of(ONE, TWO));
    assertThat(other.due(now)).contains(TWO);
  }

  @Test
  void theNextOneIsTriedAtOnceAndTheRoundWaits() {
    chance = 0;
    machine.gateways(List.of(ONE, TWO));
    assertThat(machine.due(now)).contains(ONE);
    machine.failed(now, Duration.ZERO);
    assertThat(machine.due(now)).contains(TWO);
    machine.failed(now, Duration.ZERO);
    assertThat(machine.due(now)).isEmpty();
    long first = machine.untilDue(now);
    now += machine.untilDue(now);
    assertThat(machine.due(now)).contains(ONE);
    machine.failed(now, Duration.ZERO);
    assertThat(machine.due(now)).contains(TWO);
    machine.failed(now, Duration.ZERO);
    assertThat(machine.untilDue(now)).isEqualTo(2 * first);
  }

  @Test
  void theWaitHasALimitAndIsNeverTheSame() {
    machine.gateways(List.of(ONE));
    for (int i = 0; i < 40; i++) {
      now += machine.untilDue(now);
      assertThat(machine.due(now)).contains(ONE);
      machine.failed(now, Duration.ZERO);
    }
    assertThat(Duration.ofNanos(machine.untilDue(now))).isEqualTo(Duration.ofSeconds(5));
    now += machine.untilDue(now);
    machine.due(now);
    chance = 1;
    machine.failed(now, Duration.ZERO);
    assertThat(Duration.ofNanos(machine.untilDue(now))).isEqualTo(Duration.ofMillis(7500));
  }

  @Test
  void aReplicaIsCurrentWhilePositionsCome() {
    machine.gateways(List.of(ONE));
    machine.due(now);
    machine.heard(now);
    assertThat(machine.current(now)).isFalse();
    machine.reached(now);
    assertThat(machine.current(now)).isTrue();
    pass(FollowerMachine.SILENCE);
    assertThat(machine.current(now)).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(machine.current(now)).isFalse();
    machine.reached(now);
    assertThat(machine.current(now)).isTrue();
    machine.failed(now, Duration.ZERO);
    assertThat(machine.current(now)).isFalse();
  }

  @Test
  void aReplicaIsOutdatedSomeTimeAfterItWasCurrent() {
    machine.gateways(List.of(ONE));
    machine.due(now);
    machine.reached(now);
    machine.failed(now, Duration.ZERO);
    assertThat(machine.isOutdated(now, Duration.ZERO)).isFalse();
    pass(Duration.ofSeconds(60));
    assertThat(machine.isOutdated(now, Duration.ofSeconds(60))).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(machine.isOutdated(now, Duration.ofSeconds(60))).isTrue();
  }

  @Test
  void aGatewayThatIsSilentIsLeft() {
    machine.gateways(List.of(ONE));
    machine.due(now);
    machine.reached(now);
    pass(Duration.ofSeconds(1));
    machine.heard(now);
    pass(FollowerMachine.SILENCE);
    assertThat(machine.flaw(now)).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(machine.flaw(now)).contains("nothing heard for 1500 ms");
  }

  @Test
  void aLineThatDelaysHeartbeatsIsGivenMoreTimeForAMinute() {
    machine.gateways(List.of(ONE));
    machine.due(now);
    for (long late : List.of(400, 1200, 2500)) {
      pass(Duration.ofMillis(1000 + late));
      assertThat(machine.flaw(now)).as("%d ms late", late).isEmpty();
      machine.heard(now);
    }
    assertThat(machine.silence()).isEqualTo(FollowerMachine.LONGEST_SILENCE);
    for (int second = 0; second < 300; second++) {
      pass(Duration.ofSeconds(1));
      machine.heard(now);
    }
    assertThat(machine.silence()).isLessThan(FollowerMachine.SILENCE.plusMillis(100));
  }

  @Test
  void aGatewayThatSaysMuchAndNothingIsLeft() {
    machine.gateways(List.of(ONE));
    machine.due(now);
    for (int i = 0; i < 30; i++) {
      pass(Duration.ofSeconds(1));
      machine.heard(now);
      assertThat(machine.flaw(now)).isEmpty();
    }
    pass(Duration.ofSeconds(1));
    machine.heard(now);
    assertThat(machine.flaw(now)).isPresent();
  }

  @Test
  void aFeedThatWasSoundForLongIsTriedAgainAtOnce() {
    chance = 0;
    machine.gateways(List.of(ONE, TWO));
    machine.due(now);
    machine.failed(now, Duration.ZERO);
    assertThat(machine.due(now)).contains(TWO);
    machine.reached(now);
    pass(Duration.ofSeconds(11));
    machine.failed(now, Duration.ZERO);
    assertThat(machine.due(now)).contains(ONE);
  }

  @Test
  void aGatewayThatIsNoneAnyMoreIsLeft() {
    machine.gateways(List.of(ONE));
    machine.due(now);
    assertThat(machine.gateways(List.of(ONE, TWO))).isTrue();
    assertThat(machine.gateways(List.of(TWO))).isFalse();
  }

  @Test
  void aReplicaThatDoesNotFitIsNotTriedForAWhile() {
    machine.gateways(List.of(ONE, TWO));
    machine.due(now);
    machine.failed(now, Duration.ofSeconds(60));
    assertThat(machine.due(now)).isEmpty();
    pass(Duration.ofSeconds(60));
    assertThat(machine.due(now)).isPresent();
  }

  @Test
  void allWhoWaitForMoreChangesWaitForTheSameMoment() {
    long together = FollowerMachine.TOGETHER.toNanos();
    for (long later = 0; later < 3 * together; later += 777_777) {
      long wait = FollowerMachine.untilNextRead(now + later);
      assertThat(wait).isPositive().isLessThanOrEqualTo(together);
      assertThat(Math.floorMod(now + later + wait, together)).isZero();
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private static InetSocketAddress gateway(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 8053);
  }
}
