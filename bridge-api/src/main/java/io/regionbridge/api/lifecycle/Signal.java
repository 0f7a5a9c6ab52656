package io.regionbridge.api.lifecycle;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells those that asked to be told that something is known which was not before. Thread-safe. */
final class Signal implements Runnable {
  private final List<Runnable> told = new CopyOnWriteArrayList<>();

  /** From now on, this one is told too; it is called by any thread. */
  void tell(Runnable other) {
    told.add(other);
  }

  @Override
  public void run() {
    told.forEach(Runnable::run);
  }
}
