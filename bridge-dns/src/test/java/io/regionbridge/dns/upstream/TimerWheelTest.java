package io.regionbridge.dns.upstream;

import static io.regionbridge.dns.upstream.TimerWheel.TICK;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time is a number here: the wheel is told it. */
class TimerWheelTest {
  private static final long START = 77 * TICK + 5;
  private final TimerWheel wheel = new TimerWheel(START);
  private final List<Exchange> rung = new ArrayList<>();

  private List<Exchange> advance(long now) {
    rung.clear();
    wheel.advance(now, (e, at) -> rung.add(e));
    return rung;
  }

  @Test
  void nothingIsEarlyAndNothingLaterThanATick() {
    for (long wait : new long[] {0, 1, TICK - 1, TICK, TICK + 1, 10 * TICK, 1000 * TICK}) {
      long now = START;
      TimerWheel fresh = new TimerWheel(now);
      Exchange e = new Exchange();
      fresh.set(e, now + wait);
      long due = now + wait;
      List<Long> times = new ArrayList<>();
      for (; times.isEmpty(); now += TICK / 4) {
        assertThat(now).isLessThanOrEqualTo(due + 2 * TICK);
        fresh.advance(now, (x, at) -> times.add(at));
      }
      assertThat(times.getFirst()).isBetween(due, due + TICK + TICK / 4);
      assertThat(fresh.size()).isZero();
    }
  }

  @Test
  void aTimerThatIsClearedDoesNotRing() {
    Exchange[] e = {new Exchange(), new Exchange(), new Exchange()};
    for (Exchange x : e) {
      wheel.set(x, START + TICK);
    }
    wheel.clear(e[1]);
    wheel.clear(e[1]);
    assertThat(wheel.size()).isEqualTo(2);
    assertThat(advance(START + 3 * TICK)).containsExactlyInAnyOrder(e[0], e[2]);
    wheel.clear(e[0]);
    assertThat(wheel.size()).isZero();
  }

  @Test
  void aTimerThatIsSetAgainRingsAtItsLastTime() {
    Exchange e = new Exchange();
    wheel.set(e, START + TICK);
    wheel.set(e, START + 20 * TICK);
    assertThat(wheel.size()).isOne();
    assertThat(advance(START + 10 * TICK)).isEmpty();
    assertThat(advance(START + 22 * TICK)).containsExactly(e);
  }

  @Test
  void anAlarmMaySetItsTimerAgainAndClearOthers() {
    Exchange first = new Exchange();
    Exchange other = new Exchange();
    wheel.set(first, START + TICK);
    wheel.set(other, START + TICK);
    List<Exchange> seen = new ArrayList<>();
    wheel.advance(
        START + 3 * TICK,
        (e, now) -> {
          seen.add(e);
          wheel.clear(e == first ? other : first);
          wheel.set(e, now + 5 * TICK);
        });
    assertThat(seen).hasSize(1);
    assertThat(advance(START + 20 * TICK)).isEqualTo(seen);
  }

  /** Further than the wheel turns, and a clock that jumps further than that. */
  @ParameterizedTest
  @ValueSource(longs = {1, 1022, 1023, 1024, 1025, 5000, 1_000_000})
  void afterAPauseOfAnyLengthAllThatIsDueRingsAtOnce(long pause) {
    List<Exchange> due = new ArrayList<>();
    List<Exchange> later = new ArrayList<>();
    for (int i = 0; i < 1023; i++) {
      Exchange e = new Exchange();
      wheel.set(e, START + i * TICK);
      (i < pause ? due : later).add(e);
    }
    Exchange far = new Exchange();
    wheel.set(far, START + 3_000_000L * TICK);
    assertThat(new HashSet<>(advance(START + pause * TICK))).isEqualTo(new HashSet<>(due));
    assertThat(wheel.size()).isEqualTo(later.size() + 1);
    List<Exchange> rest = new ArrayList<>();
    for (long now = START + pause * TICK; rest.size() < later.size(); now += TICK) {
      rest.addAll(advance(now));
      assertThat(now).isLessThan(START + (pause + 1100) * TICK);
    }
    assertThat(new HashSet<>(rest)).isEqualTo(new HashSet<>(later));
    assertThat(advance(START + 3_000_002L * TICK)).containsExactly(far);
  }

  @Test
  void randomUseAgreesWithAPlainList() {
    Random random = new Random(14);
    Map<Exchange, Long> model = new HashMap<>();
    Map<Exchange, Long> rang = new HashMap<>();
    List<Exchange> pool = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      pool.add(new Exchange());
    }
    long now = START;
    for (int step = 0; step < 20_000; step++) {
      Exchange e = pool.get(random.nextInt(pool.size()));
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          long due = now + (long) (random.nextDouble() * random.nextInt(3000) * TICK);
          wheel.set(e, due);
          model.put(e, due);
        }
        case 2 -> {
          wheel.clear(e);
          model.remove(e);
        }
        default -> {
          now += (long) (random.nextDouble() * (random.nextInt(50) == 0 ? 4000 : 20) * TICK);
          long at = now;
          rang.clear();
          wheel.advance(now, (x, t) -> rang.put(x, t));
          rang.forEach(
              (x, t) -> assertThat(model.remove(x)).as("rings at %d", at).isLessThanOrEqualTo(at));
          long latest = at - TICK;
          assertThat(model.values()).as("overdue").noneMatch(due -> due < latest);
        }
      }
      assertThat(wheel.size()).isEqualTo(model.size());
    }
  }

  @Test
  void aClockMayBeNegativeAndCrossZero() {
    TimerWheel before = new TimerWheel(-100 * TICK);
    Exchange a = new Exchange();
    Exchange b = new Exchange();
    before.set(a, -50 * TICK);
    before.set(b, 50 * TICK);
    List<Exchange> seen = new ArrayList<>();
    for (long now = -100 * TICK; now <= 60 * TICK; now += TICK) {
      long at = now;
      before.advance(
          now,
          (e, t) -> {
            assertThat(at).isGreaterThanOrEqualTo(e == a ? -50 * TICK : 50 * TICK);
            seen.add(e);
          });
    }
    assertThat(seen).containsExactly(a, b);
  }
}
