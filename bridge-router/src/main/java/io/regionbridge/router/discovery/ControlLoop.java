package io.regionbridge.router.discovery;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one task on a thread of its own whenever somebody says that it is worth another look. Any
 * number of calls while it runs or settles make one more run: what has happened in between, the
 * task sees for itself.
 */
public final class ControlLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlLoop.class);

  private final Duration settle;
  private final Duration atLeastEvery;
  private final Runnable look;
  private final Semaphore wanted = new Semaphore(1);
  private final Thread thread;
  private volatile boolean closed;

  private ControlLoop(String name, Duration settle, Duration atLeastEvery, Runnable look) {
    this.settle = settle;
    this.atLeastEvery = atLeastEvery;
    this.look = look;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /**
   * Starts one; the first look comes at once.
   *
   * @param settle how long to wait after a call for others that belong to it
   * @param atLeastEvery looks without a call, for what nobody tells
   * @param look what to do; whatever it throws is logged, and it is run again the next time
   */
  public static ControlLoop start(
      String name, Duration settle, Duration atLeastEvery, Runnable look) {
    ControlLoop loop = new ControlLoop(name, settle, atLeastEvery, look);
    loop.thread.start();
    return loop;
  }

  /** Something may have changed. Any thread, never blocks. */
  public void lookAgain() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  /** Stops, and waits for a look that is under way for five seconds at most. */
  @Override
  public void close() {
    closed = true;
    wanted.release();
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (true) {
      try {
        boolean called = wanted.tryAcquire(atLeastEvery.toNanos(), TimeUnit.NANOSECONDS);
        if (called && !closed && settle.isPositive()) {
          LockSupport.parkNanos(settle.toNanos());
        }
      } catch (InterruptedException e) {
        return;
      }
      wanted.drainPermits();
      if (closed) {
        return;
      }
      try {
        look.run();
      } catch (RuntimeException e) {
        log.error("{} failed, trying again at the next change", thread.getName(), e);
      }
    }
  }
}
