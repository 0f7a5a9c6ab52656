package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteBackoffTest {
  private Instant now = Instant.EPOCH;
  private final WriteBackoff backoff = new WriteBackoff(new Hand());

  @Test
  void waitsTwiceAsLongAfterEachFailureAndNotAtAllAfterASuccess() {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      assertThat(backoff.permits("a")).isTrue();
      backoff.failed("a");
      Instant failed = now;
      while (!backoff.permits("a")) {
        now = now.plus(Duration.ofSeconds(1));
      }
      waits.add(Duration.between(failed, now).toSeconds());
    }
    assertThat(waits.subList(0, 7)).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    backoff.failed("a");
    assertThat(backoff.permits("b")).as("something else").isTrue();
    backoff.succeeded("a");
    assertThat(backoff.permits("a")).isTrue();
  }

  private final class Hand extends Clock {
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
  }
}
