package io.regionbridge.dns.testing;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what must come to be, with a bound that only a failure reaches. */
public final class Await {
  private static final long BOUND = 10_000_000_000L;
  private static final long PAUSE = 1_000_000;

  private Await() {}

  /** Waits until the condition holds; fails with {@code what} after ten seconds. */
  public static void until(String what, BooleanSupplier condition) {
    until(() -> what, condition);
  }

  /** The same with a description made when it fails. */
  public static void until(Supplier<String> what, BooleanSupplier condition) {
    long end = System.nanoTime() + BOUND;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain: " + what.get());
      }
      LockSupport.parkNanos(PAUSE);
    }
  }
}
