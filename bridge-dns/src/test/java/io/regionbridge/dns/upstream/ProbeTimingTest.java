package io.regionbridge.dns.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeTimingTest {
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(25);

  /** Milliseconds. */
  @ParameterizedTest
  @CsvSource({
    // timeout, round trip, whether it is unknown, loss, copies
    "1500, 0,    false, 0,   11", // nothing is known yet
    "1500, 1,    false, 0,   11", // on a LAN
    "1500, 200,  false, 0,   10", // around the world
    "1500, 200,  false, 0.5, 23", // the same by a line that loses much
    "1500, 600,  false, 0,   3", // slow
    "1500, 1200, false, 0,   1", // no second reply would come in time
    "1500, 200,  true,  0,   5", // down
    "200,  1,    false, 0,   7",
  })
  void waitsAsLongAsAQuestionHasAndRepeatsByWhatTheRoundTripIs(
      long timeout, long rtt, boolean rttUnknown, double loss, int copies) {
    ProbeTiming timing =
        ProbeTiming.of(
            TimeUnit.MILLISECONDS.toNanos(timeout),
            TimeUnit.MILLISECONDS.toNanos(rtt),
            rttUnknown,
            loss);
    assertThat(timing.timeout()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(timeout));
    assertThat(copies(timing)).isEqualTo(copies);
  }

  @Test
  void theReplyToTheLastCopyStillComesInTime() {
    for (long rtt = 1_000_000; rtt < 2_000_000_000; rtt += 7_000_000) {
      ProbeTiming timing = ProbeTiming.of(1_500_000_000, rtt, false, 0);
      assertThat(timing.last()).isLessThanOrEqualTo(timing.timeout() - rtt);
      assertThat(timing.again(timing.last())).isEqualTo(Long.MAX_VALUE);
    }
  }

  /** Milliseconds. */
  @ParameterizedTest
  @CsvSource({
    // timeout, round trip, loss, silent after
    "1500, 1,   0,    700", // a pause of the process is no silence
    "1500, 200, 0,    700",
    "1500, 200, 0.3,  860",
    "1500, 200, 0.51, 1270",
    "1500, 200, 1,    1500", // not later than it is down
    "200,  1,   0,    200",
  })
  void callsSilentWhatWasHardlyLostByChance(long timeout, long rtt, double loss, long silentAfter) {
    ProbeTiming timing =
        ProbeTiming.of(
            TimeUnit.MILLISECONDS.toNanos(timeout),
            TimeUnit.MILLISECONDS.toNanos(rtt),
            false,
            loss);
    assertThat(TimeUnit.NANOSECONDS.toMillis(timing.silence()))
        .isCloseTo(silentAfter, Offset.offset(50L));
  }

  /** How many packets leave when somebody looks at it as the prober does. */
  private static int copies(ProbeTiming timing) {
    int copies = 1;
    long lastSent = 0;
    for (long now = LOOK; now < timing.timeout(); now += LOOK) {
      if (now >= timing.again(lastSent)) {
        copies++;
        lastSent = now;
      }
    }
    return copies;
  }
}
