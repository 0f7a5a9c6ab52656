package io.regionbridge.router.loop;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Makes the loops of one process and knows those that run. Thread-safe. */
public final class Loops {
  private final Set<Loop> running = ConcurrentHashMap.newKeySet();
  private final LongSupplier nanoTime;

  /** With the clock of the system. */
  public Loops() {
    this(System::nanoTime);
  }

  /**
   * Uses another clock.
   *
   * @param nanoTime nanoseconds that never go back, from any thread; only {@link #health} depends
   *     on it
   */
  public Loops(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Creates a loop, which must be started.
   *
   * @param name of its thread, and in logs, metrics and conditions
   */
  public Loop loop(String name, Timing timing, Loop.Round round) {
    return new Loop(name, timing, round, running, nanoTime);
  }

  /** The health of all running loops, by name. Any thread. */
  public List<LoopHealth> health() {
    return running.stream()
        .map(Loop::health)
        .sorted(Comparator.comparing(LoopHealth::name))
        .toList();
  }
}
