package io.regionbridge.dns.server;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/** Runs something on an event loop and waits for it; never called on a loop. */
final class OnLoop {
  private OnLoop() {}

  static <T> T call(EventLoop loop, Callable<T> task) throws IOException {
    try {
      return loop.submit(task).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
