package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RewritesTest {
  private Instant now = Instant.EPOCH;
  private final Rewrites rewrites =
      new Rewrites(
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  @Test
  void whoeverIsUndoneAtOnceWritesLessAndLessOften() {
    int writes = 0;
    for (int second = 0; second < 3600; second++) {
      if (rewrites.permits("a")) {
        rewrites.wrote("a", String.valueOf(second));
        writes++;
      }
      assertThat(rewrites.contested().isPresent()).isEqualTo(writes >= 3);
      now = now.plusSeconds(1);
      assertThat(writes).as("at %d s", second).isLessThanOrEqualTo(second < 30 ? 6 : 25);
    }
    assertThat(writes).isGreaterThan(15);
  }

  @Test
  void anEditNowAndThenIsPutBackAtOnce() {
    for (int edit = 0; edit < 100; edit++) {
      assertThat(rewrites.permits("a")).isTrue();
      rewrites.wrote("a", "");
      assertThat(rewrites.contested()).isEmpty();
      now = now.plus(Duration.ofMinutes(11));
    }
  }

  @Test
  void otherContentIsAnotherMatter() {
    rewrites.wrote("a", "1");
    assertThat(rewrites.permits("a")).isFalse();
    assertThat(rewrites.permits("b")).isTrue();
    assertThat(rewrites.isUnseen("a", "1")).isTrue();
    assertThat(rewrites.isUnseen("a", "2")).as("seen, and changed again").isFalse();
    assertThat(rewrites.isUnseen("b", "1")).isFalse();
    now = now.plusSeconds(10);
    assertThat(rewrites.isUnseen("a", "1")).as("no news for too long").isFalse();
  }
}
