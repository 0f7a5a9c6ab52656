package io.regionbridge.api.config;

import java.util.List;

/** Receives configuration changes. Called by one thread at a time. */
public interface ConfigListener {
  /**
   * Called when a new configuration is in force.
   *
   * @param config keys that need a restart hold their new value, which must not be used yet
   * @param change empty when a file that had been refused was restored
   */
  void changed(BridgeConfig config, ConfigChange change);

  /** Called when a new file was refused. The previous configuration stays in force. */
  void refused(List<ConfigProblem> problems);
}
