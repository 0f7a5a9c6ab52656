package io.regionbridge.api.config;

import java.util.List;

/** The result of reading a configuration. */
public sealed interface ConfigResult {
  /**
   * The configuration is valid. Warnings are allowed but probably unintended values, and clashes.
   */
  record Valid(BridgeConfig config, List<ConfigProblem> warnings) implements ConfigResult {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /** The configuration is not valid, for one or more reasons. */
  record Invalid(List<ConfigProblem> problems) implements ConfigResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
