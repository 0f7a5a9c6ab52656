package io.regionbridge.dns.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrySpacingTest {
  /** Milliseconds; the tries of a question that nobody answers. */
  @ParameterizedTest
  @CsvSource({
    // timeout, lateAfter, expectedTime, sent at
    "1500, 12,  1,   0 12 24 48 96 192", // on a LAN: all of them early
    "1500, 60,  40,  0 60 120 240 480 960",
    "1500, 250, 200, 0 250 500 766 1033 1300", // around the world: the last in time for its reply
    "1500, 250, 0,   0 250 500 833 1166 1500", // nothing is known yet
    "1500, 500, 480, 0 500 1000 1500", // lateness is not given up for tries
    "300,  12,  1,   0 12 24 48 96 192",
    "500,  166, 200, 0 166 332 498",
  })
  void triesUseTheTimeThatThereIs(
      long timeout, long lateAfter, long expectedTime, String expected) {
    StringJoiner sentAt = new StringJoiner(" ").add("0");
    long now = 0;
    for (int sent = 1; sent < RelaySettings.MOST_TRIES && now < nanos(timeout); sent++) {
      now += TrySpacing.after(sent, nanos(lateAfter), nanos(expectedTime), nanos(timeout) - now);
      if (now <= nanos(timeout)) {
        sentAt.add(String.valueOf(TimeUnit.NANOSECONDS.toMillis(now)));
      }
    }
    assertThat(sentAt).hasToString(expected);
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
