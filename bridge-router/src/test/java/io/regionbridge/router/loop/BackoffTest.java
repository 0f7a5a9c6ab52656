package io.regionbridge.router.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0.5);

  @Test
  void eachFailureDoublesTheWaitUpToTheLimit() {
    assertThat(new long[] {next(), next(), next(), next(), next(), next()})
        .containsExactly(100, 200, 400, 800, 1000, 1000);
  }

  @Test
  void thousandsOfFailuresDoNotOverflow() {
    for (int i = 0; i < 5_000; i++) {
      assertThat(backoff.next()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  void afterASuccessItStartsAnew() {
    next();
    next();
    backoff.reset();
    assertThat(next()).isEqualTo(100);
  }

  @Test
  void chanceMovesItByAQuarterEachWay() {
    assertThat(new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0.0).next())
        .isEqualTo(Duration.ofMillis(75));
    assertThat(new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 1.0).next())
        .isEqualTo(Duration.ofMillis(125));
  }

  private long next() {
    return backoff.next().toMillis();
  }
}
