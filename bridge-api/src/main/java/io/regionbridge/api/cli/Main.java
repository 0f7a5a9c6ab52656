package io.regionbridge.api.cli;

import io.regionbridge.api.config.Suggestion;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entry point of the process: finds the command, runs it, and exits with its code. */
public final class Main {
  private final Terminal terminal;
  private final List<Command> commands;

  Main(Terminal terminal, List<Command> commands) {
    this.terminal = terminal;
    this.commands = commands;
  }

  /** Runs a command and ends the process. */
  public static void main(String[] args) {
    Terminal terminal = Terminal.ofProcess();
    System.exit(new Main(terminal, commands(terminal)).run(List.of(args)));
  }

  /** Every command there is, in the order of the help text. */
  static List<Command> commands(Terminal terminal) {
    return List.of(
        new ServeCommand(terminal),
        new CheckConfigCommand(terminal),
        new DemoCommand(terminal),
        new StatusCommand(terminal),
        new TraceCommand(terminal),
        new QueryLogCommand(terminal),
        new DoctorCommand(terminal, Clock.systemUTC()),
        new RotateKeyCommand(terminal, Clock.systemUTC()),
        new UninstallCommand(terminal),
        new CompletionCommand(terminal, () -> commands(terminal)));
  }

  /** Runs a command and returns its {@link ExitCode}. Never throws. */
  int run(List<String> args) {
    boolean verbose = args.contains(Option.VERBOSE.name());
    try {
      return dispatch(args.stream().dropWhile(Option.VERBOSE.name()::equals).toList());
    } catch (CommandFailure e) {
      error(firstLine(e.getMessage()), verbose ? e.getCause() : null);
      return e.exitCode();
    } catch (RuntimeException e) {
      String message = "internal error: " + firstLine(e.toString());
      error(verbose ? message : message + "; --verbose shows where", verbose ? e : null);
      return ExitCode.FAILED;
    } finally {
      terminal.out().flush();
      terminal.err().flush();
    }
  }

  private int dispatch(List<String> args) {
    if (args.isEmpty()) {
      throw CommandFailure.usage("a command is missing; see region-bridge --help");
    }
    String word = args.getFirst();
    if (word.equals(Option.HELP.name()) || word.equals(Option.VERSION.name())) {
      boolean help = word.equals(Option.HELP.name());
      terminal.out().print(help ? help() : "region-bridge " + version() + "\n");
      return ExitCode.OK;
    }
    Command command =
        commands.stream()
            .filter(c -> c.syntax().name().equals(word))
            .findFirst()
            .orElseThrow(() -> unknown(word));
    Arguments arguments = Arguments.parse(command.syntax(), args.subList(1, args.size()));
    if (arguments.has(Option.HELP)) {
      terminal.out().print(command.syntax().help());
      return ExitCode.OK;
    }
    return command.run(arguments);
  }

  private CommandFailure unknown(String word) {
    Stream<String> options = Stream.of(Option.HELP.name(), Option.VERSION.name());
    Stream<String> names = commands.stream().map(c -> c.syntax().name());
    String meant =
        Suggestion.nearest(word, Stream.concat(names, options).toList())
            .map(name -> ", did you mean " + name + "?")
            .orElse("");
    return CommandFailure.usage(
        "unknown command \"%s\"%s; see region-bridge --help".formatted(word, meant));
  }

  private String help() {
    List<Syntax> syntaxes = commands.stream().map(Command::syntax).toList();
    return """
    Usage: region-bridge COMMAND

    Names and traffic between Kubernetes clusters in several regions.

    """
        + Syntax.table(
            "Commands:",
            syntaxes.stream().map(Syntax::name).toList(),
            syntaxes.stream().map(Syntax::summary).toList())
        + "\n"
        + Syntax.table(List.of(Option.VERBOSE, Option.VERSION, Option.HELP))
        + """

        region-bridge COMMAND --help says more about each.
        Exits 0 if all is well, 1 if the thing failed, 2 for wrong usage or configuration.
        """;
  }

  /** What the build wrote into the jar's manifest. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  private void error(String message, @Nullable Throwable shown) {
    terminal.err().println("region-bridge: " + message);
    if (shown != null) {
      shown.printStackTrace(terminal.err());
    }
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("");
  }
}
