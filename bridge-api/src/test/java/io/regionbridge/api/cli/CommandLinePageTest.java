package io.regionbridge.api.cli;

import static java.util.stream.Collectors.joining;

import io.regionbridge.api.ReferencePage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands of docs/reference/cli.md are those that the program has. */
final class CommandLinePageTest {
  @Test
  void hasTheCommandsThatThereAre() throws IOException {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    CommandLine all = Commands.of(new Terminal(nowhere, nowhere, Map.of())).lineFor(List.of());
    String page =
        all.getSubcommands().values().stream()
            .map(CommandLine::getCommandSpec)
            .filter(command -> !command.usageMessage().hidden())
            .map(CommandLinePageTest::section)
            .collect(joining("\n"));
    new ReferencePage("cli.md", "commands", getClass()).shouldHave(page);
  }

  private static String section(CommandSpec command) {
    Help help = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF));
    String synopsis = help.synopsis(0).strip().replaceAll("\\s*\\n\\s*", " ");
    return "### %s\n\n%s\n\n```text\n%s\n```\n\n%s%s"
        .formatted(
            command.name(),
            text(command.usageMessage().header()),
            synopsis,
            paragraph(command.usageMessage().description()),
            table(command));
  }

  private static String table(CommandSpec command) {
    Stream<String> operands =
        command.positionalParameters().stream()
            .filter(operand -> !operand.hidden())
            .map(CommandLinePageTest::row);
    Stream<String> options =
        command.options().stream()
            .filter(option -> !option.hidden() && !option.usageHelp() && !isEverywhere(option))
            .map(CommandLinePageTest::row);
    String rows = Stream.concat(operands, options).collect(joining());
    return rows.isEmpty() ? "" : "| operand or option | meaning |\n|---|---|\n" + rows;
  }

  private static String row(PositionalParamSpec operand) {
    return row(operand.paramLabel(), text(operand.description()));
  }

  private static String row(OptionSpec option) {
    String label = option.arity().max() > 0 ? " " + option.paramLabel() : "";
    return row(String.join(", ", option.names()) + label, text(option.description()));
  }

  private static String row(String what, String meaning) {
    return "| `%s` | %s |\n".formatted(ReferencePage.cell(what), ReferencePage.cell(meaning));
  }

  private static boolean isEverywhere(OptionSpec option) {
    return Arrays.asList(option.names()).contains("--verbose");
  }

  /** Lines that are indented are examples, and stay lines. */
  private static String paragraph(String... lines) {
    String text =
        Arrays.stream(lines)
            .filter(line -> !line.isEmpty())
            .map(line -> line.startsWith("  ") ? "  " + line + "\n" : "\n" + line + "\n\n")
            .collect(joining());
    return text.isEmpty() ? "" : text.replace("\n\n\n", "\n\n").strip() + "\n\n";
  }

  private static String text(String... lines) {
    return String.join(" ", lines);
  }
}
