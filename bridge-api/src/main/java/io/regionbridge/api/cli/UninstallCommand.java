package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.region.ClusterPlace;
import io.regionbridge.router.Uninstall;
import io.regionbridge.router.Uninstall.Outcome;
import io.regionbridge.router.Uninstall.Step;
import io.regionbridge.router.kubernetes.ClusterClient;
import java.io.IOException;
import java.util.List;

/** {@code uninstall}: takes away what bridges wrote into a cluster. */
final class UninstallCommand implements Command {
  private static final Option PURGE =
      Option.flag("--purge", "Also remove the nodes' WireGuard keys.");
  private static final Option DRY_RUN = Option.flag("--dry-run", "Only say what would be done.");
  private static final Option NAMESPACE =
      Option.optional("--namespace", "NAME", "Where the bridges ran; the pod's own if not set.");

  private static final Option NETBIRD =
      Option.optional(
          "--netbird-namespace",
          "NAME",
          "Where NetBird's routers are; %s if not set."
              .formatted(BridgeConfig.NetBird.DEFAULT_NAMESPACE));

  private final Terminal terminal;

  UninstallCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "uninstall",
        "Remove what bridges wrote into the cluster.",
        """
        CoreDNS's blocks, egress policies, RouterNodes, what was said in the status of
        Regions, what was set in NetBird's routers, and the Lease; nothing without the
        bridges' label, marks or field manager. Stop the bridges first. Finds the API server by the ServiceAccount, or by KUBECONFIG.
        Can be run again; exits 1 if something could not be removed.\
        """,
        List.of(),
        List.of(PURGE, DRY_RUN, NAMESPACE, NETBIRD));
  }

  @Override
  public int run(Arguments arguments) {
    try {
      ClusterPlace place = ClusterPlace.of(terminal.environment());
      try (KubernetesClient client = ClusterClient.local(place.kubeconfig())) {
        List<Step> steps =
            Uninstall.run(
                client,
                arguments.value(NAMESPACE).orElse(place.namespace()),
                arguments.value(NETBIRD).orElse(BridgeConfig.NetBird.DEFAULT_NAMESPACE),
                arguments.has(PURGE),
                arguments.has(DRY_RUN));
        steps.forEach(step -> terminal.out().println(text(step)));
        return steps.stream().anyMatch(step -> step.outcome() == Outcome.FAILED)
            ? ExitCode.FAILED
            : ExitCode.OK;
      }
    } catch (IOException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
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
