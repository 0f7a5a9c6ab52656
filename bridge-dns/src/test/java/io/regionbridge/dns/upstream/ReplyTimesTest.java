package io.regionbridge.dns.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyTimesTest {
  private static final long UNKNOWN = 0;
  private static final long MOST = millis(500);

  private final ReplyTimes times = new ReplyTimes();
  private long now = millis(1_000);

  /** A reply comes, ten milliseconds after the one before. */
  private void took(long count) {
    now += millis(10);
    times.record(millis(count), now);
  }

  @ParameterizedTest
  @CsvSource({
    // probes say, lateAfter: milliseconds
    "0,   250",
    "1,   12",
    "40,  120",
    "300, 500",
  })
  void beforeTheFirstReplyTheProbesSayHowLongToWait(long probed, long lateAfter) {
    assertThat(times.lateAfter(millis(probed), MOST, now)).isEqualTo(millis(lateAfter));
  }

  @Test
  void steadyRepliesNarrowThePatience() {
    for (int i = 0; i < 30; i++) {
      took(200);
    }
    assertThat(times.lateAfter(UNKNOWN, MOST, now)).isBetween(millis(200), millis(210));
    for (int i = 0; i < 30; i++) {
      took(i % 2 == 0 ? 150 : 250);
    }
    assertThat(times.lateAfter(UNKNOWN, MOST, now)).isBetween(millis(350), millis(450));
  }

  @Test
  void packetsThatAreLostMakeNobodyMorePatient() {
    for (int i = 0; i < 50; i++) {
      took(200);
      times.recordFasterReply(millis(450)); // another answered, with a question here still out
    }
    assertThat(times.lateAfter(UNKNOWN, MOST, now)).isLessThan(millis(210));
    assertThat(times.pessimisticRoundTrip(UNKNOWN, now)).isGreaterThan((double) millis(250));
  }

  @Test
  void whoIsOutrunIsFearedUntilItIsFastAgain() {
    took(20);
    for (int i = 0; i < 30; i++) {
      times.recordFasterReply(millis(100));
    }
    assertThat(times.pessimisticRoundTrip(UNKNOWN, now)).isGreaterThan((double) millis(90));
    for (int i = 0; i < 30; i++) {
      took(20);
    }
    assertThat(times.pessimisticRoundTrip(UNKNOWN, now)).isLessThan((double) millis(25));
  }

  @Test
  void toBeOutrunByMoreThanUsualIsWhatCounts() {
    took(20);
    times.recordFasterReply(millis(5));
    assertThat(times.pessimisticRoundTrip(UNKNOWN, now)).isEqualTo((double) millis(20));
  }

  @Test
  void whatTheProbesSayCountsWhereNobodyHasAskedForAWhile() {
    took(400);
    assertThat(times.pessimisticRoundTrip(millis(2), now)).isEqualTo((double) millis(400));
    assertThat(times.pessimisticRoundTrip(millis(2), now + millis(1_001)))
        .isEqualTo((double) millis(2));
    assertThat(times.pessimisticRoundTrip(UNKNOWN, now + millis(1_001)))
        .isEqualTo((double) millis(400));
  }

  @Test
  void aGatewayIsSlowWhenItTakesMuchLongerThanItDid() {
    for (int i = 0; i < 30; i++) {
      took(20);
    }
    assertThat(times.slow(UNKNOWN, now)).isFalse();
    for (int i = 0; i < 30; i++) {
      took(100);
    }
    assertThat(times.slow(UNKNOWN, now)).as("not four times as long, and 50 ms").isFalse();
    for (int i = 0; i < 30; i++) {
      took(150);
    }
    assertThat(times.slow(UNKNOWN, now)).isTrue();
    for (int i = 0; i < 6_000; i++) {
      took(150);
    }
    assertThat(times.slow(UNKNOWN, now)).as("the line may be another one by now").isFalse();
  }

  private static long millis(long count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }
}
