package io.regionbridge.api.cli;

/** The exit codes of the process. */
public final class ExitCode {
  /** Success. */
  public static final int OK = 0;

  /** The thing that was asked for failed. */
  public static final int FAILED = 1;

  /** Wrong usage or configuration; nothing was done. */
  public static final int USAGE = 2;

  private ExitCode() {}
}
