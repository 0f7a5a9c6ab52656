package io.regionbridge.dns.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeTimingTest {
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(25);

  /** Milliseconds. */
  @ParameterizedTest
  @CsvSource({
    // timeout, round trip, patient, copies
    "1500, 0,    false, 11", // nothing is known yet
    "1500, 1,    false, 11", // on a LAN
    "1500, 200,  false, 10", // around the world
    "1500, 600,  false, 3", // slow
    "1500, 1200, false, 1", // no second reply would come in time
    "1500, 200,  true,  5", // down
    "200,  1,    false, 7",
  })
  void waitsAsLongAsAQuestionHasAndRepeatsByWhatTheRoundTripIs(
      long timeout, long rtt, boolean patient, int copies) {
    ProbeTiming timing =
        ProbeTiming.of(
            TimeUnit.MILLISECONDS.toNanos(timeout), TimeUnit.MILLISECONDS.toNanos(rtt), patient);
    assertThat(timing.patience()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(timeout));
    assertThat(copies(timing)).isEqualTo(copies);
  }

  @Test
  void theReplyToTheLastCopyStillComesInTime() {
    for (long rtt = 1_000_000; rtt < 2_000_000_000; rtt += 7_000_000) {
      ProbeTiming timing = ProbeTiming.of(1_500_000_000, rtt, false);
      assertThat(timing.last()).isLessThanOrEqualTo(timing.patience() - rtt);
      assertThat(timing.again(timing.last() + 1, timing.every())).isFalse();
    }
  }

  /** How many packets leave when somebody looks at it as the prober does. */
  private static int copies(ProbeTiming timing) {
    int copies = 1;
    long lastSent = 0;
    for (long now = LOOK; now < timing.patience(); now += LOOK) {
      if (timing.again(now, now - lastSent)) {
        copies++;
        lastSent = now;
      }
    }
    return copies;
  }
}
