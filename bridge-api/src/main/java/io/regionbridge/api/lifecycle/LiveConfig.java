package io.regionbridge.api.lifecycle;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigChange;
import io.regionbridge.api.config.ConfigProblem;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The configuration in force, and what became of the last change of its file. Written by the thread
 * that watches the file, read by any.
 */
final class LiveConfig {
  private final AtomicLong failures = new AtomicLong();
  private volatile BridgeConfig config;
  private volatile List<ConfigProblem> refused = List.of();
  private volatile List<String> waiting = List.of();

  LiveConfig(BridgeConfig config) {
    this.config = config;
  }

  /** Takes over what a running process can. */
  void changed(BridgeConfig next, ConfigChange change) {
    refused = List.of();
    waiting = change.waiting();
    config = config.withLive(next);
  }

  /** A change was refused. */
  void refused(List<ConfigProblem> problems) {
    refused = problems;
    failures.incrementAndGet();
  }

  BridgeConfig get() {
    return config;
  }

  /** Why the last change was refused; empty if it was not. */
  List<ConfigProblem> refused() {
    return refused;
  }

  /** The keys whose new values wait for a restart. */
  List<String> waiting() {
    return waiting;
  }

  /** How many changes were refused. */
  long failures() {
    return failures.get();
  }
}
