package io.regionbridge.api.config;

import java.util.List;

/** What came of reading a configuration. */
public sealed interface ConfigResult {
  /**
   * It can be run with.
   *
   * @param warnings what is allowed but hardly meant, and what clashes
   */
  record Valid(BridgeConfig config, List<ConfigProblem> warnings) implements ConfigResult {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * It cannot.
   *
   * @param problems all that is wrong, one or more
   */
  record Invalid(List<ConfigProblem> problems) implements ConfigResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
