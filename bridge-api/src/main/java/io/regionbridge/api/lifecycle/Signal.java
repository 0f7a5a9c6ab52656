package io.regionbridge.api.lifecycle;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notifies its listeners that something has changed. Thread-safe. */
final class Signal implements Runnable {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Adds a listener, which any thread may call. */
  void subscribe(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void run() {
    listeners.forEach(Runnable::run);
  }
}
