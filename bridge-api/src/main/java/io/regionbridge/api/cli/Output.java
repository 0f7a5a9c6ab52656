package io.regionbridge.api.cli;

import io.regionbridge.api.status.StatusJson;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** How a command prints what it found. */
final class Output {
  enum Format {
    TABLE,
    JSON,
    YAML;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table (default), json or yaml.")
  private Format format = Format.TABLE;

  /** Prints {@code found} as JSON or YAML, or {@code lines} for people. */
  void print(Terminal terminal, Object found, Supplier<List<String>> lines) {
    switch (format) {
      case JSON -> terminal.out().println(StatusJson.pretty(found));
      case YAML -> terminal.out().print(StatusJson.yaml(found));
      case TABLE -> lines.get().forEach(terminal.out()::println);
    }
    terminal.out().flush();
  }
}
