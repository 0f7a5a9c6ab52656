package io.regionbridge.api.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What a command sees of the world around the process.
 *
 * @param out for results; flushed by {@link Main} when the command is done
 * @param err for errors and progress
 * @param environment all variables
 */
public record Terminal(PrintWriter out, PrintWriter err, Map<String, String> environment) {
  public Terminal {
    environment = Map.copyOf(environment);
  }

  /** That of this process. */
  static Terminal ofProcess() {
    return new Terminal(writer(System.out), writer(System.err), System.getenv());
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }
}
