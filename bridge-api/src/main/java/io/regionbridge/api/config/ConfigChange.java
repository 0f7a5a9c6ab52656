package io.regionbridge.api.config;

import java.util.ArrayList;
import java.util.List;

/**
 * The paths of the keys that a new configuration changes.
 *
 * @param live changed since the last configuration, and in force at once
 * @param waiting differs from the value at the start, and needs a restart
 */
public record ConfigChange(List<String> live, List<String> waiting) {
  public ConfigChange {
    live = List.copyOf(live);
    waiting = List.copyOf(waiting);
  }

  /** Compares the configurations at the start, in force until now, and in force from now on. */
  public static ConfigChange between(BridgeConfig started, BridgeConfig before, BridgeConfig now) {
    List<String> live = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (ConfigKey<?> key : ConfigKeys.of("")) {
      switch (key.effect()) {
        case LIVE -> addIfDifferent(key, before, now, live);
        case RESTART -> addIfDifferent(key, started, now, waiting);
      }
    }
    return new ConfigChange(live, waiting);
  }

  private static void addIfDifferent(
      ConfigKey<?> key, BridgeConfig one, BridgeConfig other, List<String> paths) {
    if (!one.get(key).equals(other.get(key))) {
      paths.add(key.path());
    }
  }

  /** For the log: what applies now and what needs a restart. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    if (!live.isEmpty()) {
      parts.add("in force now: " + String.join(", ", live));
    }
    if (!waiting.isEmpty()) {
      parts.add("needs a restart: " + String.join(", ", waiting));
    }
    return parts.isEmpty() ? "nothing changed" : String.join("; ", parts);
  }
}
