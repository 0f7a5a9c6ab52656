package io.regionbridge.api.cli;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.StatusJson;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** {@code status}: what a running bridge knows and does. */
final class StatusCommand implements Command {
  private static final Option OUTPUT =
      Option.optional("--output", "FORMAT", "table or wide; json or yaml for programs.")
          .or("-o")
          .oneOf("table", "wide", "json", "yaml");
  private static final Option WATCH =
      Option.flag("--watch", "Show it again every two seconds, until Ctrl-C.").or("-w");

  /** What a terminal does before the next state: home, and nothing below. */
  private static final String CLEAR = "\u001B[H\u001B[2J";

  private static final Duration PERIOD = Duration.ofSeconds(2);

  private final Terminal terminal;
  private final Pause pause;

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

  private static boolean sleep(Duration time) {
    try {
      Thread.sleep(time);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "status",
        "Show the regions, gateways, tunnels and policies of a running bridge.",
        "What is wrong stands last, with since when and what to do. Exits 0 all the same.",
        List.of(),
        Stream.concat(Stream.of(OUTPUT, WATCH), TargetOptions.ALL.stream()).toList());
  }

  @Override
  public int run(Arguments arguments) {
    try (AdminClient client = TargetOptions.connect(arguments)) {
      print(client.status(), arguments);
      while (arguments.has(WATCH) && pause.sleep(PERIOD)) {
        terminal.out().print(terminal.interactive() ? CLEAR : "\n");
        again(client, arguments);
      }
    }
    return ExitCode.OK;
  }

  /** A bridge that does not answer for a while is what somebody may be watching for. */
  private void again(AdminClient client, Arguments arguments) {
    try {
      print(client.status(), arguments);
    } catch (CommandFailure e) {
      terminal.out().println(e.getMessage());
      terminal.out().flush();
    }
  }

  private void print(BridgeStatus status, Arguments arguments) {
    String format = arguments.value(OUTPUT).orElse("table");
    switch (format) {
      case "json" -> terminal.out().println(StatusJson.pretty(status));
      case "yaml" -> terminal.out().print(StatusJson.yaml(status));
      default ->
          StatusTable.of(status, format.equals("wide"), terminal.colour())
              .forEach(terminal.out()::println);
    }
    terminal.out().flush();
  }
}
