package io.regionbridge.router.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerLivenessTest {
  private static final Set<String> NODE = Set.of("a");

  private final PeerLiveness liveness = new PeerLiveness();
  private long now = 1_000;

  @Test
  void nobodyIsDeadBeforeTheQuestionsHadTheirTime() {
    rounds(PeerLiveness.MOST_MISSED);
    assertThat(liveness.of("a")).isEqualTo(Liveness.UNKNOWN);
    rounds(1);
    assertThat(liveness.of("a")).isEqualTo(Liveness.DEAD);
  }

  @Test
  void oneAnswerIsEnoughToLive() {
    rounds(20);
    liveness.answered("a", new Heartbeat.Report(Standing.CANDIDATE, Duration.ZERO));
    assertThat(liveness.of("a")).isEqualTo(Liveness.CANDIDATE);
    assertThat(liveness.anyCandidate()).isTrue();
    liveness.answered("a", new Heartbeat.Report(Standing.UNFIT, Duration.ZERO));
    assertThat(liveness.of("a")).isEqualTo(Liveness.UNFIT);
    assertThat(liveness.anyCandidate()).isFalse();
  }

  @Test
  void anAnswerOfANodeWhoseElectionStandsStillIsNone() {
    for (int i = 0; i <= PeerLiveness.MOST_MISSED; i++) {
      rounds(1);
      liveness.answered(
          "a", new Heartbeat.Report(Standing.SEEING, PeerLiveness.OLDEST.plusMillis(1)));
    }
    assertThat(liveness.of("a")).isEqualTo(Liveness.DEAD);
    liveness.answered("a", new Heartbeat.Report(Standing.SEEING, PeerLiveness.OLDEST));
    assertThat(liveness.of("a")).isEqualTo(Liveness.CANDIDATE);
  }

  @Test
  void refusalsAreDeathSooner() {
    rounds(1);
    liveness.answered("a", new Heartbeat.Report(Standing.CANDIDATE, Duration.ZERO));
    liveness.refused("a");
    assertThat(liveness.of("a")).isEqualTo(Liveness.CANDIDATE);
    liveness.refused("a");
    assertThat(liveness.of("a")).isEqualTo(Liveness.DEAD);
  }

  @Test
  void whoWasStoppedItselfForgetsWhatItCounted() {
    rounds(PeerLiveness.MOST_MISSED);
    now += PeerLiveness.INTERVAL.toNanos() * 20;
    rounds(1);
    assertThat(liveness.of("a")).isEqualTo(Liveness.UNKNOWN);
  }

  @Test
  void whoIsNoRouterNodeIsDead() {
    rounds(1);
    assertThat(liveness.of("b")).isEqualTo(Liveness.DEAD);
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      liveness.round(NODE, now);
      now += PeerLiveness.INTERVAL.toNanos();
    }
  }
}
