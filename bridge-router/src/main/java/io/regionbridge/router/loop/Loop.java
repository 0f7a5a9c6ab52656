package io.regionbridge.router.loop;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one task again and again on a thread of its own: at a call of {@link #lookAgain}, and after
 * a while without one. Any number of calls while a round runs or settles make one more round: what
 * has happened in between, the round sees for itself.
 *
 * <p>Nothing that a round throws ends the loop. It is run again after a time that doubles from
 * failure to failure and varies a little, with or without a call, and {@link #health} says so
 * meanwhile. Made by {@link Loops}. Thread-safe.
 */
public final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);
  private static final Duration STOP = Duration.ofSeconds(5);

  private final String name;
  private final Timing timing;
  private final Round round;
  private final Set<Loop> running;
  private final LongSupplier nanoTime;
  private final Rounds rounds;
  private final Semaphore wanted = new Semaphore(0);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private boolean started;

  /** One round of a loop. */
  @FunctionalInterface
  public interface Round {
    /**
     * Runs one round.
     *
     * @throws IOException if something outside of the process fails; logged without a stack trace
     * @throws InterruptedException if the loop is closed meanwhile
     */
    void run() throws IOException, InterruptedException;
  }

  /** Creates a loop that has not started. */
  Loop(String name, Timing timing, Round round, Set<Loop> running, LongSupplier nanoTime) {
    this.name = name;
    this.timing = timing;
    this.round = round;
    this.running = running;
    this.nanoTime = nanoTime;
    this.rounds =
        new Rounds(
            name, timing, () -> ThreadLocalRandom.current().nextDouble(), nanoTime.getAsLong());
    this.thread =
        timing.virtual()
            ? Thread.ofVirtual().name(name).unstarted(this::run)
            : Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** Starts the loop with a first round. May be called once, and not after {@link #close}. */
  public synchronized void start() {
    if (!started && closed.getCount() > 0) {
      started = true;
      running.add(this);
      thread.start();
    }
  }

  /**
   * Something may have changed. Any thread, never blocks; before {@link #start} it has no effect.
   */
  public void lookAgain() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  /** The health. Any thread. */
  public LoopHealth health() {
    boolean ended;
    synchronized (this) {
      ended = started && !thread.isAlive() && closed.getCount() > 0;
    }
    synchronized (rounds) {
      return rounds.health(ended, nanoTime.getAsLong());
    }
  }

  /**
   * Stops. Waits for a round that is under way for five seconds, and then interrupts it; one on a
   * virtual thread, which only waits for the network, at once. No round begins after this.
   */
  @Override
  public void close() {
    closed.countDown();
    wanted.release();
    boolean runs;
    synchronized (this) {
      runs = started;
    }
    running.remove(this);
    if (!runs || Thread.currentThread().equals(thread)) {
      return;
    }
    if (timing.virtual()) {
      thread.interrupt();
    }
    try {
      if (!thread.join(STOP)) {
        log.warn("{} does not stop", name);
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (closed.getCount() > 0) {
        long began = nanoTime.getAsLong();
        Duration pause = runOnce();
        if (pause.isPositive()) {
          await(pause);
        } else if (!timing.isWaiting()) {
          awaitCall(began);
        }
        wanted.drainPermits();
      }
    } catch (InterruptedException e) {
      log.trace("{} is over", name);
    }
  }

  private void awaitCall(long began) throws InterruptedException {
    if (wanted.tryAcquire(timing.period().toNanos(), TimeUnit.NANOSECONDS)) {
      Duration delay = timing.delay(Duration.ofNanos(nanoTime.getAsLong() - began));
      if (delay.isPositive()) {
        await(delay);
      }
    }
  }

  /** Until this time is over, or the loop is closed. */
  private void await(Duration time) throws InterruptedException {
    if (closed.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException();
    }
  }

  /** Runs one round; returns how long to wait, calls or not, because it failed. */
  private Duration runOnce() throws InterruptedException {
    synchronized (rounds) {
      rounds.begin(nanoTime.getAsLong());
    }
    try {
      round.run();
      int failed;
      synchronized (rounds) {
        failed = rounds.succeed(nanoTime.getAsLong());
      }
      if (failed > 0) {
        log.info("{} works again after {} failures", name, failed);
      }
      return Duration.ZERO;
    } catch (InterruptedException e) {
      if (closed.getCount() == 0) {
        throw e;
      }
      return fail(e);
    } catch (IOException | RuntimeException | Error e) {
      return closed.getCount() == 0 ? Duration.ZERO : fail(e);
    }
  }

  private Duration fail(Throwable why) {
    String message = FailureReason.describe(why);
    Duration pause;
    int failed;
    synchronized (rounds) {
      pause = rounds.fail(message);
      failed = rounds.failedInARow();
    }
    if (failed == 1 && !(why instanceof IOException)) {
      log.error("{} has failed and is tried again", name, why);
    } else if (Integer.bitCount(failed) == 1) { // the first, the second, the fourth ...
      log.warn("{} has failed {} times in a row: {}", name, failed, message);
    }
    return pause;
  }
}
