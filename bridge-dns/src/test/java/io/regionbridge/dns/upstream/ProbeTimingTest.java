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
    // round trip, doubted, longest, patience, copies
    "0,   false, false, 1000, 7", // nothing is known yet
    "1,   false, false, 500,  7", // on a LAN: more than a pause over there
    "1,   true,  false, 60,   2",
    "40,  true,  false, 120,  3",
    "200, false, false, 600,  8", // around the world
    "200, true,  false, 600,  8",
    "300, false, false, 900,  6",
    "600, false, false, 1000, 1", // no second reply would come in time
    "200, true,  true,  1000, 4", // down
  })
  void waitsAndRepeatsByWhatTheRoundTripIs(
      long rtt, boolean doubted, boolean longest, long patience, int copies) {
    ProbeTiming timing = ProbeTiming.of(TimeUnit.MILLISECONDS.toNanos(rtt), doubted, longest);
    assertThat(timing.patience()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(patience));
    assertThat(copies(timing)).isEqualTo(copies);
  }

  @Test
  void theReplyToTheLastCopyStillComesInTime() {
    for (long rtt = 1_000_000; rtt < 2_000_000_000; rtt += 7_000_000) {
      ProbeTiming timing = ProbeTiming.of(rtt, false, false);
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
