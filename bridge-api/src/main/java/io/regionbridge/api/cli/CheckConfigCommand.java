package io.regionbridge.api.cli;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code check-config}: says what is wrong with a configuration before it is run. */
final class CheckConfigCommand implements Command {
  private static final Option CONFIG =
      Option.required("--config", "FILE", "The configuration file.");

  private final Terminal terminal;

  CheckConfigCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "check-config",
        "Validate a configuration file.",
        """
        Environment variables that override it are part of it. Prints every problem with
        its path in the file, and exits 2 if there is one.\
        """,
        List.of(),
        List.of(CONFIG));
  }

  @Override
  public int run(Arguments arguments) {
    Path file = Path.of(arguments.required(CONFIG));
    return switch (new ConfigFile(file, terminal.environment()).load()) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) -> {
        problems.forEach(problem -> terminal.err().println(file + ": " + problem));
        yield ExitCode.USAGE;
      }
      case ConfigResult.Valid(BridgeConfig config, List<ConfigProblem> warnings) -> {
        warnings.forEach(warning -> terminal.err().println(file + ": warning: " + warning));
        missingManifests(file, config);
        terminal.out().println(file + ": ok, " + summary(config));
        yield ExitCode.OK;
      }
    };
  }

  /** Not a problem: a manifest may be written later, and is picked up then. */
  private void missingManifests(Path file, BridgeConfig config) {
    for (Path manifest : config.directory().files()) {
      if (!Files.exists(manifest)) {
        terminal
            .err()
            .println(
                "%s: warning: directory.files: there is no file %s yet".formatted(file, manifest));
      }
    }
  }

  private static String summary(BridgeConfig config) {
    BridgeConfig.Region region = config.region();
    int peers = config.regions().size();
    return "region %s (%s), %d declared %s"
        .formatted(region.name(), region.domain(), peers, peers == 1 ? "peer" : "peers");
  }
}
