package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ControlLoopTest {
  private static final Duration NEVER = Duration.ofDays(1);

  @Test
  void theFirstLookComesUnasked() throws InterruptedException {
    CountDownLatch looked = new CountDownLatch(1);
    try (ControlLoop loop = start(NEVER, looked::countDown)) {
      assertThat(looked.await(10, TimeUnit.SECONDS)).as("%s", loop).isTrue();
    }
  }

  @Test
  void callsDuringALookMakeExactlyOneMore() throws InterruptedException {
    Semaphore inside = new Semaphore(0);
    Semaphore goOn = new Semaphore(0);
    AtomicInteger looks = new AtomicInteger();
    try (ControlLoop loop =
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
  void aLookThatThrowsIsNotTheLast() throws InterruptedException {
    Semaphore looked = new Semaphore(0);
    try (ControlLoop loop =
        start(
            NEVER,
            () -> {
              looked.release();
              throw new IllegalStateException("thrown by the test");
            })) {
      looked.acquire();
      loop.lookAgain();
      looked.acquire();
    }
    assertThat(looked.availablePermits()).isZero();
  }

  @Test
  void itLooksUncalledAfterAWhile() throws InterruptedException {
    Semaphore looked = new Semaphore(0);
    try (ControlLoop loop = start(Duration.ofMillis(5), looked::release)) {
      assertThat(looked.tryAcquire(3, 10, TimeUnit.SECONDS)).as("%s", loop).isTrue();
    }
  }

  private static ControlLoop start(Duration atLeastEvery, Runnable look) {
    return ControlLoop.start("test", Duration.ZERO, atLeastEvery, look);
  }
}
