package io.regionbridge.api.config;

import java.util.List;

/** Hears of the configuration while the process runs. Called by one thread at a time. */
public interface ConfigListener {
  /**
   * A new configuration is in force.
   *
   * @param config all of it; of keys that need a restart it holds the new value, which is not to be
   *     used
   * @param change what is different; empty when a file that had been refused was put back as it was
   */
  void changed(BridgeConfig config, ConfigChange change);

  /**
   * A new file was refused, and what was in force stays so.
   *
   * @param problems all that is wrong with it, one or more
   */
  void refused(List<ConfigProblem> problems);
}
