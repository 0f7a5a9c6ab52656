package io.regionbridge.api.cli;

import io.regionbridge.api.log.StandardStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What a command sees of the world around the process.
 *
 * @param out for results; flushed by {@link Main} when the command is done
 * @param err for errors and progress
 * @param environment all variables
 * @param interactive whether a person reads the results as they come
 */
public record Terminal(
    PrintWriter out, PrintWriter err, Map<String, String> environment, boolean interactive) {
  public Terminal {
    environment = Map.copyOf(environment);
  }

  /** One that nobody looks at. */
  public Terminal(PrintWriter out, PrintWriter err, Map<String, String> environment) {
    this(out, err, environment, false);
  }

  /** Whether results may have colours: see no-color.org. */
  boolean colour() {
    return interactive
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  /** That of this process. */
  static Terminal ofProcess() {
    return new Terminal(
        writer(System.out), writer(System.err), System.getenv(), StandardStream.OUT.isTerminal());
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }
}
