package io.regionbridge.api.cli;

import io.regionbridge.api.status.Version;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line as picocli knows it: reads it, helps with it, and runs what was typed. */
final class Commands {
  /** Help texts are made for no fewer columns: picocli lays out none that are narrower. */
  private static final int LEAST_WIDTH = 55;

  /** Longer lines are hard to read, however wide the terminal is. */
  private static final int MOST_WIDTH = 100;

  private final Terminal terminal;
  private final List<Command> commands;

  private Commands(Terminal terminal, List<Command> commands) {
    this.terminal = terminal;
    this.commands = commands;
  }

  /** Every command there is, in the order of the help text. */
  static Commands of(Terminal terminal) {
    return of(
        terminal,
        List.of(
            new ServeCommand(terminal),
            new CheckConfigCommand(terminal),
            new DemoCommand(terminal),
            new StatusCommand(terminal),
            new NamesCommand(terminal),
            new TraceCommand(terminal),
            new QueryLogCommand(terminal),
            new DoctorCommand(terminal, Clock.systemUTC()),
            new VerifyCommand(terminal),
            new BundleCommand(terminal, Clock.systemUTC()),
            new RotateKeyCommand(terminal, Clock.systemUTC()),
            new UninstallCommand(terminal),
            new CompletionCommand(terminal),
            new CompleteCommand(terminal)));
  }

  static Commands of(Terminal terminal, List<Command> commands) {
    return new Commands(terminal, commands);
  }

  /** As much as what was typed can be about: to look at all commands takes longer than most do. */
  CommandLine lineFor(List<String> typed) {
    Optional<String> word = typed.stream().filter(w -> !w.startsWith("-")).findFirst();
    List<Command> meant = commands.stream().filter(c -> word.equals(Optional.of(name(c)))).toList();
    boolean all =
        meant.isEmpty()
            || meant.getFirst() instanceof CompletionCommand
            || meant.getFirst() instanceof CompleteCommand;
    CommandLine line = new CommandLine(new Root());
    (all ? commands : meant).forEach(line::addSubcommand);
    line.getCommandSpec().version(Root.NAME + " " + Version.text());
    line.setExpandAtFiles(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(Math.clamp(terminal.columns(), LEAST_WIDTH, MOST_WIDTH));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setColorScheme(Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF));
    prepare(line);
    line.getSubcommands().values().forEach(Commands::prepare);
    return line;
  }

  private static String name(Command command) {
    return command.getClass().getAnnotation(CommandLine.Command.class).name();
  }

  private static void prepare(CommandLine command) {
    // All errors are collected: a misspelt option is reported, not that the right one is missing.
    command.getCommandSpec().parser().collectErrors(true);
    UsageMessageSpec help = command.getCommandSpec().usageMessage();
    help.synopsisHeading("%nUsage: ")
        .descriptionHeading(help.description().length == 0 ? "" : "%n")
        .parameterListHeading("%nOperands:%n")
        .optionListHeading("%nOptions:%n")
        .commandListHeading("%nCommands:%n")
        .sortOptions(false)
        .sortSynopsis(false);
  }

  /**
   * Runs the command that was typed and returns an {@link ExitCode}.
   *
   * @throws CommandException if it cannot be parsed or fails
   */
  int run(List<String> typed) {
    ParseResult result = parse(typed);
    Integer help = CommandLine.executeHelpRequest(result);
    return help != null ? help : command(result).run();
  }

  /** The command that was typed, with its options set. */
  Command command(List<String> typed) {
    return command(parse(typed));
  }

  private static Command command(ParseResult result) {
    return (Command) leaf(result).commandSpec().userObject();
  }

  private ParseResult parse(List<String> typed) {
    ParseResult result = lineFor(typed).parseArgs(typed.toArray(String[]::new));
    if (leaf(result).isUsageHelpRequested()) {
      return result;
    }
    for (ParseResult each = result; each != null; each = each.subcommand()) {
      UsageErrors errors = new UsageErrors(each.commandSpec(), typed);
      if (!each.errors().isEmpty() || !each.unmatched().isEmpty()) {
        throw errors.explain(
            each.errors().stream().map(ParameterException.class::cast).toList(), each.unmatched());
      }
      for (OptionSpec option : each.matchedOptions()) {
        if (option.originalStringValues().stream().anyMatch(String::isEmpty)) {
          throw errors.withoutValue(option.longestName());
        }
      }
    }
    return result;
  }

  private static ParseResult leaf(ParseResult result) {
    ParseResult leaf = result;
    while (leaf.hasSubcommand()) {
      leaf = leaf.subcommand();
    }
    return leaf;
  }
}
