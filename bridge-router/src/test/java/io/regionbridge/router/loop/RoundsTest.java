package io.regionbridge.router.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.loop.LoopHealth.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final Duration PERIOD = Duration.ofSeconds(3);

  private final Rounds rounds = rounds(Timing.every(PERIOD));
  private long now;

  @Test
  void aFailureIsTriedAgainSoonAndThenEachTimeLaterUpToThePeriod() {
    Duration last = Duration.ZERO;
    for (int i = 0; i < 20; i++) {
      begin();
      Duration next = rounds.fail("no");
      assertThat(next).isGreaterThanOrEqualTo(last).isLessThanOrEqualTo(PERIOD);
      assertThat(i > 0 || next.equals(Rounds.FIRST_RETRY)).isTrue();
      last = next;
    }
    assertThat(last).isEqualTo(PERIOD);
    begin();
    assertThat(rounds.succeed(now)).isEqualTo(20);
    begin();
    assertThat(rounds.fail("no")).isEqualTo(Rounds.FIRST_RETRY);
  }

  @Test
  void oneWithoutAPeriodIsTriedEveryFiveSecondsInTheEnd() {
    Rounds often = rounds(Timing.waiting());
    Duration last = Duration.ZERO;
    for (int i = 0; i < 20; i++) {
      last = often.fail("no");
    }
    assertThat(last).isEqualTo(Rounds.LAST_RETRY);
  }

  @Test
  void itIsNamedWithinItsPeriodAndUntilARoundIsGood() {
    begin();
    Duration spent = rounds.fail("first");
    assertThat(health().good()).isTrue();
    begin();
    rounds.fail("second");
    assertThat(spent).isLessThan(PERIOD);
    assertThat(health())
        .returns(State.FAILING, LoopHealth::state)
        .returns(2L, LoopHealth::failures)
        .returns("2 rounds in a row have failed: second", LoopHealth::problem);
    begin();
    rounds.succeed(now);
    assertThat(health().good()).isTrue();
    assertThat(health().failures()).isEqualTo(2);
  }

  @Test
  void theAgeIsThatOfTheLastGoodRound() {
    begin();
    rounds.succeed(now);
    now += Duration.ofSeconds(2).toNanos();
    begin();
    rounds.fail("no");
    assertThat(health().age()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void aRoundThatDoesNotEndIsNamed() {
    begin();
    now += Duration.ofMinutes(2).toNanos();
    assertThat(health().good()).isTrue();
    now += 1;
    assertThat(health().state()).isEqualTo(State.STUCK);
  }

  @Test
  void aRoundThatIsThereToWaitIsNot() {
    Rounds waiting = rounds(Timing.waiting());
    waiting.begin(now);
    assertThat(waiting.health(false, Duration.ofDays(3).toNanos()).good()).isTrue();
  }

  @Test
  void oneThatIsThereToWaitIsNoLongerNamedWhenItHasWaitedForAWhile() {
    Rounds waiting = rounds(Timing.waiting());
    waiting.begin(0);
    waiting.fail("first");
    waiting.begin(0);
    waiting.fail("second");
    waiting.begin(0);
    long wait = Rounds.WAITS_WELL.toNanos();
    assertThat(waiting.health(false, wait).state()).isEqualTo(State.FAILING);
    assertThat(waiting.health(false, wait + 1).good()).isTrue();
    waiting.fail("third");
    assertThat(waiting.health(false, wait + 1).state()).isEqualTo(State.FAILING);
  }

  @Test
  void oneWhoseThreadIsGoneIsNamed() {
    assertThat(rounds.health(true, now).state()).isEqualTo(State.ENDED);
  }

  private static Rounds rounds(Timing timing) {
    return new Rounds("test", timing, () -> 0.5, 0);
  }

  private void begin() {
    rounds.begin(now);
  }

  private LoopHealth health() {
    return rounds.health(false, now);
  }
}
