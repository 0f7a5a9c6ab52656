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

  @ParameterizedTest
  @CsvSource({
    // probes say, patience: milliseconds
    "0,   250",
    "1,   12",
    "40,  120",
    "300, 500",
  })
  void beforeTheFirstReplyTheProbesSayHowLongToWait(long probed, long patience) {
    assertThat(times.patience(millis(probed), MOST)).isEqualTo(millis(patience));
  }

  @Test
  void steadyRepliesNarrowThePatience() {
    for (int i = 0; i < 30; i++) {
      times.took(millis(200));
    }
    assertThat(times.patience(UNKNOWN, MOST)).isBetween(millis(200), millis(210));
    for (int i = 0; i < 30; i++) {
      times.took(millis(i % 2 == 0 ? 150 : 250));
    }
    assertThat(times.patience(UNKNOWN, MOST)).isBetween(millis(350), millis(450));
  }

  @Test
  void packetsThatAreLostMakeNobodyMorePatient() {
    for (int i = 0; i < 50; i++) {
      times.took(millis(200));
      times.outrun(millis(450)); // another answered, with a question here still out
    }
    assertThat(times.patience(UNKNOWN, MOST)).isLessThan(millis(210));
    assertThat(times.feared(UNKNOWN)).isGreaterThan((double) millis(250));
  }

  @Test
  void whoIsOutrunIsFearedUntilItIsFastAgain() {
    times.took(millis(20));
    for (int i = 0; i < 30; i++) {
      times.outrun(millis(100));
    }
    assertThat(times.feared(UNKNOWN)).isGreaterThan((double) millis(90));
    for (int i = 0; i < 30; i++) {
      times.took(millis(20));
    }
    assertThat(times.feared(UNKNOWN)).isLessThan((double) millis(25));
  }

  @Test
  void toBeOutrunByMoreThanUsualIsWhatCounts() {
    times.took(millis(20));
    times.outrun(millis(5));
    assertThat(times.feared(UNKNOWN)).isEqualTo((double) millis(20));
  }

  private static long millis(long count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }
}
