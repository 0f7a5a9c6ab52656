package io.regionbridge.api.cli;

/**
 * What a word on the command line does. What it takes is said by its picocli annotations, and set
 * before it is run.
 */
interface Command {
  /**
   * Does it, on the main thread.
   *
   * @return an {@link ExitCode}
   * @throws CommandException for what the user has to know, in one line
   */
  int run();
}
