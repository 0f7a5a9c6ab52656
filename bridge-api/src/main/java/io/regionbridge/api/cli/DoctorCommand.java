package io.regionbridge.api.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.StatusJson;
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
import java.util.stream.Stream;

/** {@code doctor}: what is wrong, and how to mend it. */
final class DoctorCommand implements Command {
  private static final Option OUTPUT =
      Option.optional("--output", "FORMAT", "table; json or yaml for programs.")
          .or("-o")
          .oneOf("table", "json", "yaml");
  private static final Option LABEL =
      Option.optional(
          "--router-label", "LABEL", "What router nodes carry (" + PodTarget.ROUTER_LABEL + ").");
  private static final Option INTERFACE =
      Option.optional("--interface", "NAME", "The overlay's interface, if not a usual one.");

  private final Terminal terminal;
  private final Clock clock;

  DoctorCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
        "doctor",
        "Check a cluster, a running bridge and this node; say what to do.",
        """
        One line for each check: ok, warning, failure or skipped, and what mends it. Looks
        at the cluster of --context, or of the pod that it runs in, or of the kubeconfig;
        at the bridge as status does, or at --url; at this machine, unless a cluster is
        named. Changes nothing. Exits 1 on failure.\
        """,
        List.of(),
        Stream.concat(Stream.of(OUTPUT, LABEL, INTERFACE), TargetOptions.ALL.stream()).toList());
  }

  @Override
  public int run(Arguments arguments) {
    ClusterLook cluster = cluster(arguments);
    BridgeLook bridge = bridge(arguments);
    List<Check> checks = new ArrayList<>(cluster.checks());
    checks.addAll(bridge.checks());
    checks.addAll(
        TargetOptions.inCluster(arguments)
            ? List.of(Check.skipped("node", "run doctor on a router node to check its kernel"))
            : NodeChecks.look(
                arguments.value(INTERFACE), bridge.status(), cluster.ciliumDevices()));
    switch (arguments.value(OUTPUT).orElse("table")) {
      case "json" -> terminal.out().println(StatusJson.pretty(checks));
      case "yaml" -> terminal.out().print(StatusJson.yaml(checks));
      default -> lines(checks, terminal.colour()).forEach(terminal.out()::println);
    }
    boolean failed = checks.stream().anyMatch(c -> c.state() == Check.State.FAILURE);
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  /** One line for each, and a last one that counts them. */
  static List<String> lines(List<Check> checks, boolean colour) {
    List<String> lines = new ArrayList<>();
    for (Check check : checks) {
      String word = check.state().name().toLowerCase(Locale.ROOT);
      String text =
          check.remedy().isEmpty()
              ? check.message()
              : check.message() + Style.FAINT.of(" → " + check.remedy(), colour);
      lines.add(
          "%s  %s: %s"
              .formatted(
                  style(check.state()).of("%-7s".formatted(word), colour), check.name(), text));
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

  private ClusterLook cluster(Arguments arguments) {
    boolean asked = TargetOptions.inCluster(arguments);
    if (!asked && (arguments.has(TargetOptions.URL) || !inPod() && !hasKubeconfig())) {
      String why =
          arguments.has(TargetOptions.URL)
              ? "--url names a bridge; name a cluster with --context"
              : "there is no kubeconfig; name one in KUBECONFIG, or run doctor in the pod";
      return new ClusterLook(List.of(Check.skipped("cluster", why)));
    }
    try (KubernetesClient client = PodTarget.client(arguments.value(TargetOptions.CONTEXT))) {
      String namespace =
          arguments
              .value(TargetOptions.NAMESPACE)
              .orElseGet(() -> Optional.ofNullable(client.getNamespace()).orElse("default"));
      try (KubernetesClient asBridge = asBridge(client, namespace)) {
        return ClusterLook.of(
            new ClusterProbe(
                    client,
                    asBridge,
                    "the bridge's ServiceAccount",
                    namespace,
                    arguments.value(LABEL).orElse(PodTarget.ROUTER_LABEL),
                    clock)
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

  private BridgeLook bridge(Arguments arguments) {
    try (AdminClient client = TargetOptions.bridge(arguments)) {
      BridgeStatus status = client.status();
      return new BridgeLook(
          BridgeChecks.of(status, Main.version(), clock.instant()), Optional.of(status));
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
