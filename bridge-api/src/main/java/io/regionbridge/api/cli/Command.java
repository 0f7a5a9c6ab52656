package io.regionbridge.api.cli;

/**
 * What a word on the command line does. What it takes is said by its picocli annotations, and set
 * before it is run.
 */
interface Command {
  /**
   * Runs the command on the main thread and returns an {@link ExitCode}.
   *
   * @throws CommandException with one line for the user
   */
  int run();
}
