package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.api.diagnosis.BridgeChecks;
import io.regionbridge.api.diagnosis.Examination;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.Version;
import io.regionbridge.router.diagnosis.Check;
import io.regionbridge.router.diagnosis.Doctor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where {@code doctor} looks: finds the cluster, the bridge and this node, and has them examined.
 */
final class DoctorLook {
  private final Terminal terminal;
  private final Clock clock;
  private final Examination examination;
  private final TargetOptions target;
  private final Optional<String> routerLabel;
  private final Optional<String> overlay;

  /**
   * @param routerLabel empty: the default of the chart
   * @param overlay the overlay's interface; empty: the first usual name that exists
   */
  DoctorLook(
      Terminal terminal,
      Clock clock,
      TargetOptions target,
      Optional<String> routerLabel,
      Optional<String> overlay) {
    this.terminal = terminal;
    this.clock = clock;
    examination = new Examination(clock);
    this.target = target;
    this.routerLabel = routerLabel;
    this.overlay = overlay;
  }

  List<Check> checks() {
    List<Check> checks = new ArrayList<>(cluster());
    BridgeLook bridge = bridge();
    checks.addAll(bridge.checks());
    checks.addAll(
        target.inCluster()
            ? List.of(Check.skipped("node", "run doctor on a router node to check its kernel"))
            : examination.node(bridge.status(), overlay, terminal.environment()));
    return checks;
  }

  /** What was found of the bridge, and its status if it has said it. */
  private record BridgeLook(List<Check> checks, Optional<BridgeStatus> status) {}

  private List<Check> cluster() {
    boolean asked = target.inCluster();
    if (!asked && (target.atUrl() || !inPod() && !hasKubeconfig())) {
      String why =
          target.atUrl()
              ? "--url names a bridge; name a cluster with --context"
              : "there is no kubeconfig; name one in KUBECONFIG, or run doctor in the pod";
      return List.of(Check.skipped("cluster", why));
    }
    try (KubernetesClient client = PodTarget.client(target.context())) {
      try {
        String namespace =
            inPod()
                ? target.namespace().orElseGet(client::getNamespace)
                : PodTarget.namespace(client, target.namespace());
        return examination.cluster(
            client,
            namespace,
            routerLabel,
            inPod() ? Optional.empty() : Optional.of(PodTarget.account(client, namespace)));
      } catch (KubernetesClientException e) {
        return Doctor.unreachable(client.getMasterUrl().toString(), PodTarget.reason(e));
      }
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
    } catch (CommandException e) {
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
