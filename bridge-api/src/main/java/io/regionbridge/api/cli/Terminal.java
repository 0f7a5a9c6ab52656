package io.regionbridge.api.cli;

import io.regionbridge.api.log.StandardStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The surroundings of a command.
 *
 * @param out for results; {@link Main} flushes it
 * @param err for errors and progress
 * @param interactive whether a person reads the output
 * @param width columns of the terminal, 0 if unknown
 */
public record Terminal(
    PrintWriter out,
    PrintWriter err,
    Map<String, String> environment,
    boolean interactive,
    IntSupplier width) {
  /** Results are made for no fewer and no more columns than these. */
  private static final int LEAST = 40;

  private static final int MOST = 200;

  public Terminal {
    environment = Map.copyOf(environment);
  }

  /** A terminal of unknown width. */
  public Terminal(
      PrintWriter out, PrintWriter err, Map<String, String> environment, boolean interactive) {
    this(out, err, environment, interactive, () -> 0);
  }

  /** A terminal that is not interactive. */
  public Terminal(PrintWriter out, PrintWriter err, Map<String, String> environment) {
    this(out, err, environment, false);
  }

  /** Whether results may have colours: see no-color.org. */
  boolean colour() {
    return interactive
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  /** How long lines may be: as {@code COLUMNS} says, else as wide as the terminal is, else 80. */
  int columns() {
    String setting = environment.getOrDefault("COLUMNS", "");
    int columns =
        setting.matches("[1-9][0-9]{0,5}")
            ? Integer.parseInt(setting)
            : interactive ? width.getAsInt() : 0;
    return columns == 0 ? Paragraph.TERMINAL : Math.clamp(columns, LEAST, MOST);
  }

  /** That of this process. */
  static Terminal ofProcess() {
    return new Terminal(
        writer(System.out),
        writer(System.err),
        System.getenv(),
        StandardStream.OUT.isTerminal(),
        StandardStream::columns);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }
}
