package io.regionbridge.api.cli;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.regionbridge.api.diagnosis.BundleWriter;
import io.regionbridge.api.diagnosis.Redactor;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.api.status.StatusJson;
import io.regionbridge.api.status.Version;
import io.regionbridge.router.diagnosis.Doctor;
import io.regionbridge.router.loop.FailureReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bundle}: what a bug report needs, in one archive. */
@CommandLine.Command(
    name = "bundle",
    header = "Collect what a bug report needs in one archive, without secrets.",
    description = {
      "The ZIP file has at most 5 MB. It holds the status, the result of doctor, traces, metrics,"
          + " the history of the last ten minutes, logs, objects of the cluster and the state of"
          + " this node. The command works without a bridge and without an API server: the archive"
          + " lists what could not be collected and why.",
      "",
      "Examples:",
      "  region-bridge bundle",
      "  region-bridge bundle --context mn -o mn.zip"
    })
final class BundleCommand implements Command {
  /** Lines of the log of each pod. */
  private static final int LOG_LINES = 5_000;

  private static final int MAX_TRACED_REGIONS = 20;

  private static final String GROUP = "region-bridge.io/v1alpha1";

  private final Terminal terminal;
  private final Clock clock;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The archive. It must not exist yet. Default: region-bridge-TIME.zip.")
  private Optional<Path> file = Optional.empty();

  @Mixin private final TargetOptions target = new TargetOptions();

  BundleCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public int run() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Path path =
        file.orElseGet(() -> Path.of("region-bridge-" + now.toString().replace(":", "") + ".zip"));
    String title = "region-bridge %s, collected at %s".formatted(Version.text(), now);
    List<String> missing;
    try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW);
        BundleWriter bundle = new BundleWriter(out, title)) {
      collect(bundle);
      missing = bundle.contents().stream().filter(line -> line.contains(": ")).toList();
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(path + " exists already; name another file with -o", e);
    } catch (IOException e) {
      removeUnfinished(path);
      throw new CommandException(
          "cannot write %s: %s; name another file with -o"
              .formatted(path.toAbsolutePath(), FailureReason.of(e)),
          e);
    }
    missing.forEach(terminal.out()::println);
    terminal.out().println("wrote " + path + "; look through it before you send it");
    return ExitCode.OK;
  }

  private static void removeUnfinished(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // the failure to write it is reported
    }
  }

  private void collect(BundleWriter bundle) throws IOException {
    bundle.add("environment.txt", () -> Redactor.environment(terminal.environment()));
    addBridge(bundle);
    bundle.add(
        "doctor.txt",
        () ->
            String.join(
                "\n",
                DoctorText.lines(
                    new DoctorLook(terminal, clock, target, Optional.empty(), Optional.empty())
                        .checks())));
    if (!target.inCluster()) {
      bundle.add("node/network.txt", Doctor::describeNetwork);
      bundle.add("node/settings.txt", Doctor::describeSettings);
      bundle.add("node/wireguard.txt", Doctor::describeWireGuard);
    }
    addCluster(bundle);
  }

  private void addBridge(BundleWriter bundle) throws IOException {
    try (AdminClient client = target.bridge()) {
      BridgeStatus status = client.status();
      bundle.add("bridge/status.json", () -> StatusJson.pretty(status));
      for (String path : List.of("readyz", "healthz", "metrics")) {
        bundle.add("bridge/" + path + ".txt", () -> text(client, "/" + path));
      }
      for (String path : List.of("region", "history", "query-log")) {
        bundle.add("bridge/" + path + ".json", () -> text(client, "/api/v1/" + path));
      }
      for (BridgeStatus.Peer peer : status.peers().stream().limit(MAX_TRACED_REGIONS).toList()) {
        bundle.add(
            "bridge/trace-" + peer.name().replaceAll("[^a-z0-9-]", "_") + ".json",
            () -> StatusJson.pretty(client.trace(peer.domain(), "SOA", "")));
      }
    } catch (CommandException e) {
      bundle.add(
          "bridge/status.json",
          () -> {
            throw e;
          });
    }
  }

  private static String text(AdminClient client, String path) {
    return new String(client.content(path), StandardCharsets.UTF_8);
  }

  private void addCluster(BundleWriter bundle) throws IOException {
    if (target.atUrl() && !target.inCluster()) {
      return;
    }
    try (KubernetesClient client = PodTarget.client(target.context())) {
      String namespace;
      try {
        namespace = PodTarget.namespace(client, target.namespace());
      } catch (KubernetesClientException | CommandException e) {
        bundle.add(
            "cluster/objects.yaml",
            () -> {
              throw new IOException(
                  e instanceof KubernetesClientException cause
                      ? PodTarget.unreachable(client.getMasterUrl().toString(), cause).getMessage()
                      : e.getMessage());
            });
        return;
      }
      addObjects(bundle, client, namespace);
      addLogs(bundle, client, namespace);
    } catch (CommandException e) {
      bundle.add(
          "cluster/objects.yaml",
          () -> {
            throw e;
          });
    }
  }

  private static void addObjects(BundleWriter bundle, KubernetesClient client, String namespace)
      throws IOException {
    bundle.add("cluster/regions.yaml", () -> generic(client, GROUP, "Region"));
    bundle.add("cluster/routernodes.yaml", () -> generic(client, GROUP, "RouterNode"));
    bundle.add(
        "cluster/policies.yaml",
        () -> generic(client, "cilium.io/v2", "CiliumEgressGatewayPolicy"));
    bundle.add(
        "cluster/leases.yaml",
        () -> yaml(client.leases().inNamespace(namespace).list().getItems()));
    bundle.add(
        "cluster/pods.yaml", () -> yaml(client.pods().inNamespace(namespace).list().getItems()));
    bundle.add(
        "cluster/daemonsets.yaml",
        () -> yaml(client.apps().daemonSets().inNamespace(namespace).list().getItems()));
    bundle.add(
        "cluster/configmaps.yaml",
        () -> yaml(client.configMaps().inNamespace(namespace).list().getItems()));
    bundle.add(
        "cluster/events.yaml",
        () -> yaml(client.v1().events().inNamespace(namespace).list().getItems()));
    bundle.add(
        "cluster/coredns.yaml",
        () ->
            yaml(
                client.configMaps().inNamespace("kube-system").list().getItems().stream()
                    .filter(map -> map.getMetadata().getName().contains("dns"))
                    .toList()));
    bundle.add("cluster/nodes.yaml", () -> yaml(client.nodes().list().getItems()));
  }

  private static void addLogs(BundleWriter bundle, KubernetesClient client, String namespace)
      throws IOException {
    List<Pod> pods;
    try {
      pods = client.pods().inNamespace(namespace).list().getItems();
    } catch (KubernetesClientException e) {
      return; // cluster/pods.yaml has the reason
    }
    for (Pod pod : pods) {
      String name = pod.getMetadata().getName();
      bundle.add(
          "cluster/log-" + name + ".txt",
          () ->
              client
                  .pods()
                  .inNamespace(namespace)
                  .withName(name)
                  .withReadyWaitTimeout(0) // one that does not start has a log, or the reason
                  .tailingLines(LOG_LINES)
                  .getLog());
    }
  }

  private static String generic(KubernetesClient client, String version, String kind)
      throws IOException {
    if (!client.supports(version, kind)) {
      throw new IOException("the cluster has no %s of %s".formatted(kind, version));
    }
    List<GenericKubernetesResource> found =
        client.genericKubernetesResources(version, kind).list().getItems();
    return yaml(found);
  }

  /** What {@code kubectl apply} keeps of the object, secrets of its containers included. */
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  /** Without what nobody reads. */
  private static String yaml(List<? extends HasMetadata> objects) {
    StringBuilder text = new StringBuilder();
    for (HasMetadata object : objects) {
      ObjectMeta metadata = object.getMetadata();
      metadata.setManagedFields(List.of());
      if (metadata.getAnnotations() != null) {
        metadata.getAnnotations().remove(LAST_APPLIED);
      }
      text.append(Serialization.asYaml(object));
    }
    return text.toString();
  }
}
