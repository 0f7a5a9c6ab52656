package io.regionbridge.api.cli;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigFile;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.config.ConfigProblem;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.router.control.ControlPlane;
import io.regionbridge.router.settings.RegionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rotate-key}: asks a bridge to change the WireGuard key of its node. */
@CommandLine.Command(
    name = "rotate-key",
    header = "Change a node's WireGuard key, with overlay.mode manage.",
    description = {
      "The running bridge publishes the next key. It uses the key once its peers know it, at the"
          + " latest after a minute. The condition KeySettled is false until then.",
      "In a cluster the command annotates the RouterNode; the API server is that of the"
          + " ServiceAccount or of KUBECONFIG. Standalone, it creates the next key in"
          + " overlay.keys.",
      "",
      "Examples:",
      "  region-bridge rotate-key --config region.yaml --node router-1"
    })
final class RotateKeyCommand implements Command {
  private final Terminal terminal;
  private final Clock clock;

  @Mixin private final ConfigOption configFile = new ConfigOption();

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "In a cluster: the router node. Default: this node.")
  private Optional<String> node = Optional.empty();

  RotateKeyCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public int run() {
    Path file = configFile.file();
    return switch (new ConfigFile(file, terminal.environment()).load()) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) -> {
        problems.forEach(problem -> terminal.err().println(file + ": " + problem));
        yield ExitCode.USAGE;
      }
      case ConfigResult.Valid(BridgeConfig config, _) -> {
        if (config.get(ConfigKeys.OVERLAY_MODE) != RegionSettings.OverlayMode.MANAGE) {
          throw CommandException.usage(
              file + ": overlay.mode is not manage: who makes the device has its key");
        }
        try {
          terminal.out().println(ask(config));
        } catch (IOException e) {
          throw new CommandException(String.valueOf(e.getMessage()), e);
        }
        yield ExitCode.OK;
      }
    };
  }

  private String ask(BridgeConfig config) throws IOException {
    if (!config.get(ConfigKeys.KUBERNETES_ENABLED)) {
      return "the next key is %s; the bridge uses it once its peers know it"
          .formatted(ControlPlane.requestKeyRotation(config.get(ConfigKeys.OVERLAY_KEYS)));
    }
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    return ControlPlane.requestKeyRotation(terminal.environment(), node, now)
        + "; its bridge makes the next key, and uses it once its peers know it";
  }
}
