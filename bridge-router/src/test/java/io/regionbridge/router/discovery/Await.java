package io.regionbridge.router.discovery;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread or program does, with a bound. */
public final class Await {
  private static final Duration MOST = Duration.ofSeconds(90);

  private Await() {}

  /** Returns when it is so; fails with the words after a minute and a half. */
  public static void that(String what, BooleanSupplier condition) {
    that(what, MOST, condition);
  }

  /** The same with another bound. */
  public static void that(String what, Duration most, BooleanSupplier condition) {
    long end = System.nanoTime() + most.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + most + ": " + what);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }
}
