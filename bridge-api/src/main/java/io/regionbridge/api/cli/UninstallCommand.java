package io.regionbridge.api.cli;

import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.text.Printable;
import io.regionbridge.router.control.Uninstall;
import io.regionbridge.router.control.Uninstall.Outcome;
import io.regionbridge.router.control.Uninstall.Step;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code uninstall}: takes away what bridges wrote into a cluster. */
@CommandLine.Command(
    name = "uninstall",
    header = "Remove what bridges wrote into the cluster.",
    description = {
      "Removes the blocks in CoreDNS's configuration, egress policies, RouterNodes, the Lease, the"
          + " status of Regions and the settings of NetBird's routers, as far as they have the"
          + " bridges' label, marks or field manager. Stop the bridges first.",
      "The API server is that of the ServiceAccount, or that of KUBECONFIG. The command can be"
          + " repeated. Exits 1 if something could not be removed.",
      "",
      "Examples:",
      "  region-bridge uninstall --dry-run",
      "  region-bridge uninstall -n region-bridge --purge"
    })
final class UninstallCommand implements Command {
  private final Terminal terminal;

  @Option(names = "--purge", description = "Also remove the nodes' WireGuard keys.")
  private boolean purge;

  @Option(names = "--dry-run", description = "Show what would be removed, and remove nothing.")
  private boolean dryRun;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "The namespace of the bridges. Default: that of the pod.")
  private Optional<String> namespace = Optional.empty();

  @Option(
      names = "--netbird-namespace",
      paramLabel = "NAME",
      description =
          "The namespace of NetBird's routers. Default: "
              + ConfigKeys.DEFAULT_NETBIRD_NAMESPACE
              + ".")
  private String netBird = ConfigKeys.DEFAULT_NETBIRD_NAMESPACE;

  UninstallCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int run() {
    try {
      List<Step> steps = Uninstall.run(terminal.environment(), namespace, netBird, purge, dryRun);
      steps.forEach(step -> terminal.out().println(Printable.of(text(step))));
      return steps.stream().anyMatch(step -> step.outcome() == Outcome.FAILED)
          ? ExitCode.FAILED
          : ExitCode.OK;
    } catch (IOException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String text(Step step) {
    String outcome =
        switch (step.outcome()) {
          case REMOVED -> "removed";
          case WOULD_REMOVE -> "would remove";
          case KEPT -> "kept";
          case NOTHING -> "nothing there:";
          case FAILED -> "FAILED to remove";
        };
    String detail = step.detail().isEmpty() ? "" : ": " + step.detail();
    return outcome + " " + step.what() + detail;
  }
}
