package io.regionbridge.api.cli;

import io.regionbridge.api.log.Logging;
import io.regionbridge.api.text.Printable;
import io.regionbridge.router.loop.FailureReason;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entry point of the process: runs what was asked for, and exits with its code.
 *
 * <p>What is asked for is said in picocli's words, by {@link Commands}. One thing is not asked of
 * picocli: {@link ServeRequest#plain}, the start of the service as the chart writes it, which has
 * to answer queries 400 ms later. Picocli's class files are of Java 5, which no AOT cache takes: to
 * load, verify and run them takes more than 200 ms of CPU. This class does not name picocli's
 * types, or the JVM would load them to verify it.
 */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process. */
  public static void main(String[] args) {
    List<String> typed = List.of(args);
    if (!typed.contains("serve") && !typed.contains(Root.VERBOSE)) {
      Logging.silenceLibraries(); // what matters of it is in the command's own words
    }
    System.exit(run(Terminal.ofProcess(), typed));
  }

  /** Runs what was typed and returns its {@link ExitCode}. Never throws. */
  public static int run(Terminal terminal, List<String> typed) {
    Optional<ServeRequest> plain = ServeRequest.plain(typed);
    return run(
        terminal,
        typed,
        plain.isPresent()
            ? () -> {
              DescriptorLimit.check();
              return new Service(terminal).run(plain.get());
            }
            : () -> Commands.of(terminal).run(typed));
  }

  /** The same for a command that is known already. */
  static int run(Terminal terminal, List<String> typed, Command command) {
    boolean verbose = typed.contains(Root.VERBOSE);
    try {
      return command.run();
    } catch (CommandException e) {
      printError(terminal, firstLine(e.getMessage()), verbose ? e.getCause() : null);
      return e.exitCode();
    } catch (RuntimeException e) {
      String message = "internal error: " + FailureReason.describe(e);
      printError(
          terminal, verbose ? message : message + "; --verbose shows where", verbose ? e : null);
      return ExitCode.FAILED;
    } finally {
      terminal.out().flush();
      terminal.err().flush();
    }
  }

  private static void printError(Terminal terminal, String message, @Nullable Throwable shown) {
    terminal.err().println("region-bridge: " + message);
    if (shown != null) {
      shown.printStackTrace(terminal.err());
    }
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : Printable.of(message.lines().findFirst().orElse(""));
  }
}
