package io.regionbridge.api.cli;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.lifecycle.MemoryPlan;
import io.regionbridge.api.text.Printable;
import io.regionbridge.api.text.Suggestion;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.Doctor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** {@code check-config}: says what is wrong with a configuration before it is run. */
@CommandLine.Command(
    name = "check-config",
    header = "Validate a configuration file.",
    description = {
      "Prints every problem with its path in the file, and exits 2 if there is one. Environment"
          + " variables that override keys are checked too, and so are the manifests of"
          + " directory.files. Warnings do not change the exit code.",
      "",
      "Examples:",
      "  region-bridge check-config --config region.yaml"
    })
final class CheckConfigCommand implements Command {
  private final Terminal terminal;

  @Mixin private final ConfigOption configFile = new ConfigOption();

  CheckConfigCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    Path file = configFile.file();
    return switch (MemoryPlan.checked(new ConfigFile(file, terminal.environment())).load()) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) -> {
        problems.forEach(problem -> terminal.err().println(file + ": " + problem));
        yield ExitCode.USAGE;
      }
      case ConfigResult.Valid(BridgeConfig config, List<ConfigProblem> warnings) -> {
        warnings.forEach(warning ->
            terminal.err().println(file + (warning.clash() ? ": " : ": warning: ") + warning));
        reportMissingManifests(file, config);
        boolean sound = inspectManifests(config);
        if (!sound || warnings.stream().anyMatch(ConfigProblem::clash)) {
          yield ExitCode.USAGE;
        }
        terminal.out().println(file + ": ok, " + summary(config));
        yield ExitCode.OK;
      }
    };
  }

  /** Warns only: a manifest may be written later, and is picked up then. */
  private void reportMissingManifests(Path file, BridgeConfig config) {
    for (Path manifest : config.get(ConfigKeys.DIRECTORY_FILES)) {
      if (!Files.exists(manifest)) {
        terminal
            .err()
            .println(
                "%s: warning: directory.files: there is no file %s yet".formatted(file, manifest));
      }
    }
  }

  /** Whether the manifests that are there can be served as they stand. */
  private boolean inspectManifests(BridgeConfig config) {
    List<Check> found =
        Doctor.checkManifests(
            config.get(ConfigKeys.DIRECTORY_FILES).stream().filter(Files::exists).toList(),
            config.get(ConfigKeys.REGION_POD_CIDRS),
            config.get(ConfigKeys.REGION_SERVICE_CIDRS),
            Suggestion::nearest);
    found.forEach(check -> terminal.err().println(Printable.of(check.message())));
    return found.stream().noneMatch(check -> check.state() == Check.State.FAILURE);
  }

  private static String summary(BridgeConfig config) {
    int peers = config.get(ConfigKeys.REGIONS).size();
    return "region %s (%s), %d declared %s"
        .formatted(
            config.get(ConfigKeys.REGION_NAME),
            config.get(ConfigKeys.REGION_DOMAIN),
            peers,
            peers == 1 ? "peer" : "peers");
  }
}
