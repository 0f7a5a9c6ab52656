package io.regionbridge.api.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.status.BridgeStatus.Condition;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.LoopHealth.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopReportsTest {
  private static final LoopHealth GOOD =
      new LoopHealth("zones", State.RUNNING, Duration.ZERO, 4, "");
  private static final LoopHealth FAILING =
      new LoopHealth("rights", State.FAILING, Duration.ZERO, 9, "3 rounds in a row have failed: x");

  @Test
  void theConditionIsTrueWhileAllRun() {
    assertThat(LoopReports.condition(List.of(GOOD)))
        .returns("LoopsRunning", Condition::type)
        .returns("True", Condition::status);
    assertThat(LoopReports.problems(List.of(GOOD))).isEmpty();
  }

  @Test
  void whatFailsIsNamed() {
    assertThat(LoopReports.condition(List.of(GOOD, FAILING)))
        .returns("False", Condition::status)
        .returns("loop rights: 3 rounds in a row have failed: x", Condition::message);
  }
}
