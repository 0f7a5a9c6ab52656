package io.regionbridge.api.cli;

/**
 * A command could not do what it was asked to, for a reason that the user can do something about.
 * Printed as one line. It has no stack trace, since the place in the code says nothing; its cause
 * has, and is printed with {@code --verbose}.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /**
   * @param message names the thing, the place, the reason and the remedy, in one line
   */
  public CommandException(String message) {
    super(message, null, false, false);
    this.exitCode = ExitCode.FAILED;
  }

  /** Adds the cause, which {@code --verbose} prints. */
  public CommandException(String message, Throwable cause) {
    super(message, cause, false, false);
    this.exitCode = ExitCode.FAILED;
  }

  private CommandException(String message, int exitCode) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /** A usage error. */
  public static CommandException usage(String message) {
    return new CommandException(message, ExitCode.USAGE);
  }

  public int exitCode() {
    return exitCode;
  }
}
