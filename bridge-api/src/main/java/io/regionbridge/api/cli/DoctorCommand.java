package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.api.diagnosis.BridgeChecks;
import io.regionbridge.api.diagnosis.InstalledRelease;
import io.regionbridge.api.diagnosis.NodeChecks;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.Version;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.ClusterChecks;
import io.regionbridge.router.diagnosis.ClusterFacts;
import io.regionbridge.router.diagnosis.ClusterProbe;
import io.regionbridge.router.linux.KernelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}: what is wrong, and how to mend it. */
@CommandLine.Command(
    name = "doctor",
    header = "Check a cluster, a running bridge and this node; say what to do.",
    description = {
      "One line for each check: ok, warning, failure or skipped, and what mends it. Looks at the"
          + " cluster of --context, or of the pod that it runs in, or of the kubeconfig; at the"
          + " bridge as status does, or at --url; at this machine, unless a cluster is named."
          + " Changes nothing. Exits 1 on failure."
    })
final class DoctorCommand implements Command {
  private final Terminal terminal;
  private final Clock clock;

  @Option(
      names = "--router-label",
      paramLabel = "LABEL",
      description = "What router nodes carry (as the chart was told).")
  private Optional<String> routerLabel = Optional.empty();

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = "The overlay's interface, if not a usual one.")
  private Optional<String> overlay = Optional.empty();

  @Mixin private final Output output = new Output();
  @Mixin private final TargetOptions target = new TargetOptions();

  DoctorCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public int run() {
    ClusterLook cluster = cluster();
    BridgeLook bridge = bridge();
    List<Check> checks = new ArrayList<>(cluster.checks());
    checks.addAll(bridge.checks());
    checks.addAll(
        target.inCluster()
            ? List.of(Check.skipped("node", "run doctor on a router node to check its kernel"))
            : NodeChecks.look(overlay, bridge.status(), cluster.facts(), node()));
    output.print(
        terminal,
        checks,
        () ->
            terminal.interactive()
                ? DoctorText.folded(checks, terminal.colour())
                : DoctorText.lines(checks));
    boolean failed = checks.stream().anyMatch(c -> c.state() == Check.State.FAILURE);
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  /** What was found in the cluster, and what of it the checks of the node need. */
  private record ClusterLook(List<Check> checks, Optional<ClusterFacts> facts) {
    ClusterLook(List<Check> checks) {
      this(checks, Optional.empty());
    }

    static ClusterLook of(InstalledRelease installed, ClusterFacts facts) {
      List<Check> checks = new ArrayList<>(ClusterChecks.of(facts));
      checks.add(1, installed.check());
      return new ClusterLook(checks, Optional.of(facts));
    }
  }

  /** The same of the bridge. */
  private record BridgeLook(List<Check> checks, Optional<BridgeStatus> status) {}

  private ClusterLook cluster() {
    boolean asked = target.inCluster();
    if (!asked && (target.atUrl() || !inPod() && !hasKubeconfig())) {
      String why =
          target.atUrl()
              ? "--url names a bridge; name a cluster with --context"
              : "there is no kubeconfig; name one in KUBECONFIG, or run doctor in the pod";
      return new ClusterLook(List.of(Check.skipped("cluster", why)));
    }
    try (KubernetesClient client = PodTarget.client(target.context())) {
      try {
        String namespace =
            inPod()
                ? target.namespace().orElseGet(client::getNamespace)
                : PodTarget.namespace(client, target.namespace());
        try (KubernetesClient asBridge = asBridge(client, namespace)) {
          InstalledRelease installed = InstalledRelease.read(client, namespace, routerLabel);
          return ClusterLook.of(
              installed,
              new ClusterProbe(
                      client, asBridge, "the bridge's ServiceAccount", installed.release(), clock)
                  .look());
        }
      } catch (KubernetesClientException e) {
        return new ClusterLook(
            ClusterChecks.unreachable(client.getMasterUrl().toString(), PodTarget.reason(e)));
      }
    }
  }

  /** In its own pod, doctor has the rights of the bridge; elsewhere it borrows them. */
  private KubernetesClient asBridge(KubernetesClient client, String namespace) {
    ConfigBuilder config = new ConfigBuilder(client.getConfiguration());
    Config borrowed =
        inPod()
            ? config.build()
            : config
                .withImpersonateUsername(
                    "system:serviceaccount:%s:region-bridge".formatted(namespace))
                .build();
    return new KubernetesClientBuilder().withConfig(borrowed).build();
  }

  /** As Kubernetes calls this machine. */
  private Optional<String> node() {
    return Optional.ofNullable(terminal.environment().get("NODE_NAME")).or(DoctorCommand::hostname);
  }

  private static Optional<String> hostname() {
    try {
      return Optional.of(KernelFile.read(Path.of("/proc/sys/kernel/hostname")));
    } catch (IOException e) {
      return Optional.empty(); // not Linux
    }
  }

  private boolean inPod() {
    return terminal.environment().containsKey("KUBERNETES_SERVICE_HOST");
  }

  private boolean hasKubeconfig() {
    String named = terminal.environment().getOrDefault("KUBECONFIG", "");
    String home = terminal.environment().getOrDefault("HOME", "");
    return !named.isEmpty() || Files.exists(Path.of(home, ".kube", "config"));
  }

  private BridgeLook bridge() {
    try (AdminClient client = target.bridge()) {
      Instant from = clock.instant();
      BridgeStatus status = client.status();
      BridgeChecks.Asked asked = new BridgeChecks.Asked(from, clock.instant());
      return new BridgeLook(BridgeChecks.of(status, Version.text(), asked), Optional.of(status));
    } catch (CommandFailure e) {
      if (e.exitCode() == ExitCode.USAGE) {
        throw e;
      }
      String[] parts = String.valueOf(e.getMessage()).split("; ", 2);
      return new BridgeLook(
          List.of(
              Check.failure(
                  "bridge",
                  parts[0],
                  parts.length > 1
                      ? parts[1]
                      : "kubectl get pods -A -l app.kubernetes.io/name=region-bridge -o wide")),
          Optional.empty());
    }
  }
}
