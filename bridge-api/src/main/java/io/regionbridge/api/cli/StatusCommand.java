package io.regionbridge.api.cli;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.Fault;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.text.Printable;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code status}: what a running bridge knows and does. */
@CommandLine.Command(
    name = "status",
    header = "Show the regions, gateways, tunnels and policies of a running bridge.",
    description = {
      "The first line is the worst fault, if there is one. The end lists all faults, each with the"
          + " time since which it exists and what to do. Exits 0 whatever it shows, unless"
          + " --exit-code is given.",
      "",
      "Examples:",
      "  region-bridge status",
      "  region-bridge status --watch -o wide",
      "  region-bridge status --context mn --exit-code"
    })
final class StatusCommand implements Command {
  /** What a terminal does before the next state: home, and nothing below. */
  private static final String CLEAR = "\u001B[H\u001B[2J";

  private static final Duration PERIOD = Duration.ofSeconds(2);

  private final Terminal terminal;
  private final Pause pause;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table (default), wide, json or yaml.")
  private Format format = Format.TABLE;

  @Option(
      names = {"-w", "--watch"},
      description = "Repeat every two seconds until Ctrl-C.")
  private boolean watch;

  @Option(names = "--exit-code", description = "Exit 1 if there is a fault of severity failure.")
  private boolean exitCode;

  @Mixin private final TargetOptions target = new TargetOptions();

  enum Format {
    TABLE,
    WIDE,
    JSON,
    YAML;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Lets time pass. */
  interface Pause {
    /** Returns after that time; false: enough. */
    boolean sleep(Duration time);
  }

  StatusCommand(Terminal terminal) {
    this(terminal, StatusCommand::sleep);
  }

  StatusCommand(Terminal terminal, Pause pause) {
    this.terminal = terminal;
    this.pause = pause;
  }

  static boolean sleep(Duration time) {
    try {
      Thread.sleep(time);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public int run() {
    try (AdminClient client = target.connect()) {
      BridgeStatus status = client.status();
      print(status);
      if (exitCode && !watch) {
        return status.faults().stream().anyMatch(Fault::failure) ? ExitCode.FAILED : ExitCode.OK;
      }
      while (watch && pause.sleep(PERIOD)) {
        terminal.out().print(terminal.interactive() ? CLEAR : "\n");
        printAgain(client);
      }
    }
    return ExitCode.OK;
  }

  /** A bridge that does not answer for a while is what somebody may be watching for. */
  private void printAgain(AdminClient client) {
    try {
      print(client.status());
    } catch (CommandException e) {
      terminal.out().println(Printable.of(String.valueOf(e.getMessage())));
      terminal.out().flush();
    }
  }

  private void print(BridgeStatus status) {
    switch (format) {
      case JSON -> terminal.out().println(StatusJson.pretty(status));
      case YAML -> terminal.out().print(StatusJson.yaml(status));
      case TABLE, WIDE ->
          StatusTable.of(status, terminal.columns(), format == Format.WIDE, terminal.colour())
              .forEach(terminal.out()::println);
    }
    terminal.out().flush();
  }
}
