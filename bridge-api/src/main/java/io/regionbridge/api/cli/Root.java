package io.regionbridge.api.cli;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code region-bridge} itself, and what all its commands take. */
@CommandLine.Command(
    name = Root.NAME,
    header = "Names and traffic between Kubernetes clusters in several regions.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", Root.NAME + " COMMAND --help describes a command."},
    exitCodeListHeading = "%nExits with:%n",
    exitCodeList = {
      "0:success",
      "1:the operation failed",
      "2:wrong usage or configuration",
    })
final class Root implements Command {
  static final String NAME = "region-bridge";
  static final String VERBOSE = "--verbose";

  @Option(
      names = VERBOSE,
      scope = ScopeType.INHERIT,
      description = "Add the stack trace to an error.")
  @SuppressWarnings("unused") // Main looks for it, also where nothing else can be understood
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print this help and exit.")
  @SuppressWarnings("unused") // picocli acts on it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  @SuppressWarnings("unused") // picocli acts on it
  private boolean version;

  @Override
  public int run() {
    throw CommandException.usage("a command is missing; see region-bridge --help");
  }
}
