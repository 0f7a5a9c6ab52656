package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00.7Z");
  private static final Instant LATER = Instant.parse("2026-01-01T00:05:00Z");

  private final List<Condition> before =
      Conditions.merge(null, List.of(ready(true, "AllWell", "fine")), 1, FIRST);

  @Test
  void aNewConditionBeginsNowInWholeSeconds() {
    assertThat(before)
        .containsExactly(
            new Condition("Ready", "True", "AllWell", "fine", "2026-01-01T00:00:00Z", 1L));
  }

  @Test
  void theTimeStaysWhileTheStatusStaysWhateverTheReason() {
    List<Condition> after =
        Conditions.merge(before, List.of(ready(true, "Well", "still fine")), 2, LATER);
    assertThat(after)
        .containsExactly(
            new Condition("Ready", "True", "Well", "still fine", "2026-01-01T00:00:00Z", 2L));
  }

  @Test
  void theTimeMovesWithTheStatus() {
    List<Condition> after =
        Conditions.merge(before, List.of(ready(false, "Broken", "not so")), 1, LATER);
    assertThat(after)
        .containsExactly(
            new Condition("Ready", "False", "Broken", "not so", "2026-01-01T00:05:00Z", 1L));
  }

  @Test
  void mergingTheSameFindingsAgainChangesNothing() {
    List<Finding> findings =
        List.of(
            new Finding("TunnelUp", State.UNKNOWN, "NoHandshake", "none yet"),
            ready(true, "AllWell", "fine"));
    List<Condition> once = Conditions.merge(before, findings, 1, FIRST);
    assertThat(Conditions.merge(once, findings, 1, LATER)).isEqualTo(once);
    assertThat(once).extracting(Condition::type).containsExactly("Ready", "TunnelUp");
  }

  @Test
  void whatNobodyFoundIsDropped() {
    assertThat(Conditions.merge(before, List.of(), 1, LATER)).isEmpty();
  }

  private static Finding ready(boolean state, String reason, String message) {
    return new Finding("Ready", state ? State.TRUE : State.FALSE, reason, message);
  }
}
