package io.regionbridge.api.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What happens to a connection on which nothing happens for a while: one thing at a time. */
final class Deadline {
  private final EventExecutor thread;
  private @Nullable ScheduledFuture<?> pending;

  /** Creates a deadline that is not set. Used on the connection's thread only. */
  Deadline(EventExecutor thread) {
    this.thread = thread;
  }

  /** Runs something after that time, in place of what was to be run. */
  void set(Duration time, Runnable late) {
    clear();
    pending = thread.schedule(late, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  boolean isSet() {
    return pending != null && !pending.isDone();
  }

  void clear() {
    if (pending != null) {
      pending.cancel(false);
      pending = null;
    }
  }
}
