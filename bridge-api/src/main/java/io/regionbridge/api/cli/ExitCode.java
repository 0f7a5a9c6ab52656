package io.regionbridge.api.cli;

/** What the process exits with. */
public final class ExitCode {
  /** All of it worked. */
  public static final int OK = 0;

  /** The thing that was asked for failed. */
  public static final int FAILED = 1;

  /** Nothing was tried: wrong usage or configuration. */
  public static final int USAGE = 2;

  private ExitCode() {}
}
