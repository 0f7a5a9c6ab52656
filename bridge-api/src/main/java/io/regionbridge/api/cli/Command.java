package io.regionbridge.api.cli;

/** One command of the command line. */
interface Command {
  /** What it is called and what it takes. */
  Syntax syntax();

  /**
   * Does it, on the main thread.
   *
   * @param arguments what fits {@link #syntax}
   * @return an {@link ExitCode}
   * @throws CommandFailure for what the user has to know, in one line
   */
  int run(Arguments arguments);
}
