package io.regionbridge.router.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.loop.LoopHealth.State;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class LoopTest {
  private static final Duration NEVER = Duration.ofDays(1);

  private final Loops loops = new Loops();

  @Test
  void nothingRunsBeforeTheStart() {
    Loop loop = loops.loop("test", Timing.every(NEVER), () -> {});
    loop.lookAgain();
    assertThat(loops.health()).isEmpty();
    loop.close();
    loop.start();
    assertThat(loops.health()).isEmpty();
  }

  @Test
  void theFirstRoundComesUnasked() throws InterruptedException {
    CountDownLatch looked = new CountDownLatch(1);
    try (Loop _ = start(NEVER, looked::countDown)) {
      looked.await();
    }
  }

  @Test
  void callsDuringARoundMakeExactlyOneMore() throws InterruptedException {
    Semaphore inside = new Semaphore(0);
    Semaphore goOn = new Semaphore(0);
    AtomicInteger looks = new AtomicInteger();
    try (Loop loop =
        start(
            NEVER,
            () -> {
              looks.incrementAndGet();
              inside.release();
              goOn.acquireUninterruptibly();
            })) {
      inside.acquire();
      for (int i = 0; i < 100; i++) {
        loop.lookAgain();
      }
      goOn.release();
      inside.acquire();
      goOn.release(2);
    }
    assertThat(looks).hasValue(2);
  }

  @Test
  void aCallWaitsForOthersAndForTheSpaceBetweenRounds() {
    Timing timing = Timing.onCall(Duration.ofMillis(10), NEVER).spaced(Duration.ofMillis(30));
    assertThat(timing.delay(Duration.ofMillis(5))).isEqualTo(Duration.ofMillis(25));
    assertThat(timing.delay(Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(10));
    assertThat(timing.delay(Duration.ofDays(1))).isEqualTo(Duration.ofMillis(10));
    assertThat(timing.onVirtualThread().withRoundsOf(NEVER).delay(Duration.ZERO))
        .isEqualTo(Duration.ofMillis(30));
    assertThat(Timing.onCall().delay(Duration.ZERO)).isZero();
  }

  @Test
  void roundsComeUncalledAfterAWhile() throws InterruptedException {
    Semaphore looked = new Semaphore(0);
    try (Loop _ = start(Duration.ofMillis(5), looked::release)) {
      looked.acquire(3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whateverARoundThrowsItIsNotTheLast(boolean virtual) throws InterruptedException {
    Semaphore looked = new Semaphore(0);
    AtomicInteger round = new AtomicInteger();
    Timing timing = Timing.every(NEVER);
    Loop.Round failing =
        () -> {
          looked.release();
          switch (round.incrementAndGet()) {
            case 1 -> throw new IllegalStateException("thrown by the test");
            case 2 -> throw new IOException("thrown by the test");
            case 3 -> throw new StackOverflowError("thrown by the test");
            case 4 -> throw new InterruptedException("thrown by the test");
            default -> {}
          }
        };
    try (Loop loop = loops.loop("test", virtual ? timing.onVirtualThread() : timing, failing)) {
      loop.start();
      looked.acquire(5);
      Await.that("it works again", () -> loop.health().good());
      assertThat(loop.health().failures()).isEqualTo(4);
    }
  }

  @Test
  void oneThatFailsIsNamedUntilItWorks() {
    AtomicInteger broken = new AtomicInteger(1);
    Loop.Round round =
        () -> {
          if (broken.get() > 0) {
            throw new IllegalStateException("thrown by the test");
          }
        };
    try (Loop loop = loops.loop("fragile", Timing.every(Duration.ofMillis(200)), round)) {
      loop.start();
      Await.that("it is named", () -> state() == State.FAILING);
      assertThat(loops.health().getFirst().problem()).contains("thrown by the test");
      broken.set(0);
      Await.that("it is not named any more", () -> state() == State.RUNNING);
    }
    assertThat(loops.health()).isEmpty();
  }

  @Test
  void loopsAreKnownByNameWhileTheyRun() {
    try (Loop b = loops.loop("b", Timing.onCall(), () -> {});
        Loop a = loops.loop("a", Timing.waiting().onVirtualThread(), new Semaphore(0)::acquire)) {
      b.start();
      a.start();
      assertThat(loops.health()).extracting(LoopHealth::name).isEqualTo(List.of("a", "b"));
    }
    assertThat(loops.health()).isEmpty();
  }

  @Test
  void itCanBeClosedFromItsOwnRoundAndTwice() throws InterruptedException {
    Semaphore closed = new Semaphore(0);
    Loop[] itself = new Loop[1];
    itself[0] =
        loops.loop(
            "test",
            Timing.every(NEVER),
            () -> {
              itself[0].close();
              closed.release();
            });
    itself[0].start();
    closed.acquire();
    itself[0].close();
  }

  private State state() {
    return loops.health().getFirst().state();
  }

  private Loop start(Duration period, Runnable look) {
    Loop loop = loops.loop("test", Timing.onCall(Duration.ZERO, period), look::run);
    loop.start();
    return loop;
  }
}
