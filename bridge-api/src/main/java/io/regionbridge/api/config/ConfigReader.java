package io.regionbridge.api.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads a configuration by the table of {@link ConfigKeys}. Pure; finds every problem at once, in
 * the order of the table.
 */
public final class ConfigReader {
  /** Of another file nothing is shown: it may be a Secret, a kubeconfig, or a list of passwords. */
  private static final ConfigProblem NO_CONFIGURATION =
      new ConfigProblem(
          "",
          "it has no key of the configuration, such as region",
          null,
          "name the bridge's own file; nothing of this one is shown, as it may hold secrets");

  private ConfigReader() {}

  /**
   * Reads a configuration.
   *
   * @param directory of the file, the base of relative paths
   */
  public static ConfigResult read(String yaml, Path directory, Map<String, String> environment) {
    List<ConfigProblem> problems = new ArrayList<>();
    YamlNode root = YamlTree.read(yaml, "", problems);
    if (root instanceof YamlNode.Absent && !problems.isEmpty()) {
      // Of a file that is not YAML, nothing more is known: every key would seem to be missing, and
      // what was taken for keys before may be anything.
      return new ConfigResult.Invalid(List.of(problems.getLast()));
    }
    if (!(root instanceof YamlNode.Absent || root instanceof YamlNode.Mapping)) {
      return new ConfigResult.Invalid(List.of(noMapping(root)));
    }
    Environment variables = new Environment(environment);
    List<ConfigKey<?>> keys = ConfigKeys.of("");
    Section section =
        new Section(
            new Located<>("", root), new Section.Source(directory, variables, keys, problems));
    Values values = new Values(section.read(keys));
    if (section.isForeign()) {
      return new ConfigResult.Invalid(List.of(NO_CONFIGURATION));
    }
    variables.end(problems);
    ConfigRules rules = ConfigRules.check(values);
    problems.addAll(rules.problems());
    if (!problems.isEmpty()) {
      rules.warnings().stream().filter(ConfigProblem::clash).forEach(problems::add);
      return new ConfigResult.Invalid(problems);
    }
    BridgeConfig config = new BridgeConfig(values);
    List<ConfigProblem> warnings = new ArrayList<>(rules.warnings());
    warnings.addAll(ConfigWarnings.of(config));
    return new ConfigResult.Valid(config, warnings);
  }

  /** A token or a key in PEM is YAML too: one long text. */
  private static ConfigProblem noMapping(YamlNode root) {
    return new ConfigProblem(
        "",
        "is no configuration: expected a mapping with region:, this is " + root.description(),
        null,
        NO_CONFIGURATION.advice());
  }
}
