package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.api.assembly.Version;
import io.regionbridge.api.config.Printable;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.ClusterChecks;
import io.regionbridge.router.diagnosis.ClusterFacts;
import io.regionbridge.router.diagnosis.ClusterProbe;
import io.regionbridge.router.discovery.ClusterWatcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
      description = "What router nodes carry (" + PodTarget.ROUTER_LABEL + ").")
  private String routerLabel = PodTarget.ROUTER_LABEL;

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
            : NodeChecks.look(overlay, bridge.status(), cluster.ciliumDevices()));
    output.print(terminal, checks, () -> lines(checks, terminal.colour()));
    boolean failed = checks.stream().anyMatch(c -> c.state() == Check.State.FAILURE);
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  /** One line for each, and a last one that counts them. */
  static List<String> lines(List<Check> checks, boolean colour) {
    List<String> lines = new ArrayList<>();
    for (Check check : checks) {
      String word = check.state().name().toLowerCase(Locale.ROOT);
      String message = Printable.of(check.message());
      String text =
          check.remedy().isEmpty()
              ? message
              : message + Style.FAINT.of(" → " + Printable.of(check.remedy()), colour);
      lines.add(
          "%s  %s: %s"
              .formatted(
                  style(check.state()).of("%-7s".formatted(word), colour),
                  Printable.of(check.name()),
                  text));
    }
    long failures = count(checks, Check.State.FAILURE);
    long warnings = count(checks, Check.State.WARNING);
    lines.add(
        "%d checks: %d failed, %d with a warning, %d skipped"
            .formatted(checks.size(), failures, warnings, count(checks, Check.State.SKIPPED)));
    return lines;
  }

  private static long count(List<Check> checks, Check.State state) {
    return checks.stream().filter(check -> check.state() == state).count();
  }

  private static Style style(Check.State state) {
    return switch (state) {
      case OK -> Style.GOOD;
      case WARNING -> Style.UNSURE;
      case FAILURE -> Style.BAD;
      case SKIPPED -> Style.FAINT;
    };
  }

  /** What was found in the cluster, and what of it the checks of the node need. */
  private record ClusterLook(List<Check> checks, Optional<String> ciliumDevices) {
    ClusterLook(List<Check> checks) {
      this(checks, Optional.empty());
    }

    static ClusterLook of(ClusterFacts facts) {
      return new ClusterLook(
          ClusterChecks.of(facts),
          Optional.ofNullable(facts.configMaps().get(ClusterWatcher.CILIUM_CONFIG))
              .flatMap(config -> Optional.ofNullable(config.get("devices")))
              .filter(devices -> !devices.isBlank()));
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
      String namespace =
          target
              .namespace()
              .orElseGet(() -> Optional.ofNullable(client.getNamespace()).orElse("default"));
      try (KubernetesClient asBridge = asBridge(client, namespace)) {
        return ClusterLook.of(
            new ClusterProbe(
                    client, asBridge, "the bridge's ServiceAccount", namespace, routerLabel, clock)
                .look());
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
      BridgeStatus status = client.status();
      return new BridgeLook(
          BridgeChecks.of(status, Version.text(), clock.instant()), Optional.of(status));
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
                  parts.length > 1 ? parts[1] : "kubectl -n NAMESPACE get pods -o wide")),
          Optional.empty());
    }
  }
}
