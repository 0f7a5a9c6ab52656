package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What an operator does with the chart and the image from the first to the last day, in a cluster
 * that runs pods. Each step finds what the one before left.
 */
final class ChartScenario {
  static final String NAME = "web.default.svc.mn.internal";
  static final String ADDRESS = "10.52.0.250";

  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final String BRIDGES = "daemonset/region-bridge";

  private final Cluster cluster;
  private final Path directory;
  private final String coreDns;

  /**
   * A scenario that has not begun.
   *
   * @param directory for manifests
   * @param coreDns the ConfigMap that has the blocks of regions in this cluster
   */
  ChartScenario(Cluster cluster, Path directory, String coreDns) {
    this.cluster = cluster;
    this.directory = directory;
    this.coreDns = coreDns;
  }

  /** A router node, the chart, a Service and a peer. */
  void install() throws IOException {
    await("a node", () -> !cluster.kubectl("get", "nodes", "-o", "name").output().isBlank());
    cluster.kubectl("label", "nodes", "--all", "netbird-router=true").succeeded();
    cluster
        .helm(
            arguments(
                "install",
                "--create-namespace",
                "--set=region.name=mn,config.overlay.mode=none,minReadySeconds=1",
                "--set=image.pullPolicy=Never,image.tag=" + cluster.version()))
        .succeeded();
    awaitRollout();
    cluster.helm("test", "region-bridge", "--namespace=region-bridge").succeeded();
    Path objects = directory.resolve("objects.yaml");
    Files.writeString(
        objects,
        """
        apiVersion: region-bridge.io/v1alpha1
        kind: Region
        metadata: { name: fsn1 }
        spec: { domain: fsn1.internal, podCIDRs: [10.142.0.0/16], gateways: [192.0.2.1] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: default }
        spec: { clusterIP: None, ports: [{ port: 80 }] }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: web-1, namespace: default, labels: { kubernetes.io/service-name: web } }
        addressType: IPv4
        ports: [{ port: 80 }]
        endpoints: [{ addresses: [%s] }]
        """
            .formatted(ADDRESS),
        UTF_8);
    cluster.kubectl("apply", "-f", objects.toString()).succeeded();
    awaitRollout();
  }

  /** That the bridge has done what it is there for; the peer is made up, so its test fails. */
  void works() {
    assertThat(cluster.helm("test", "region-bridge", "--namespace=region-bridge").exitCode())
        .as("helm test with a region that is unreachable")
        .isNotZero();
    // Helm leaves the pod of a test that failed, for its log.
    cluster.bridgeKubectl("delete", "pod", "region-bridge-test").succeeded();
    await(
        "the step that fails",
        () ->
            cluster
                .bridgeKubectl("exec", BRIDGES, "--", "region-bridge", "verify", "fsn1")
                .output()
                .contains("failure  fsn1 "));
    await("a block for the peer in CoreDNS", () -> coreDns().contains("fsn1.internal"));
    assertThat(cluster.kubectl("get", "routernodes", "-o", "name").succeeded())
        .contains("routernode");
    assertThat(cluster.bridgeKubectl("exec", BRIDGES, "--", "region-bridge", "status").succeeded())
        .contains("region mn (mn.internal): ready");
  }

  /** The product's commands from where the kubeconfig is, by port forwarding. */
  void commandsReachTheBridge() {
    awaitRemote("region mn (mn.internal): ready", "status");
    awaitRemote(ADDRESS, "trace", NAME);
    awaitRemote("of mn.internal", "query-log", "--zone=mn.internal", "--for=1m");
    awaitRemote("off", "query-log", "--off");
    // The peer is made up, so something fails; that the bridge was asked is what counts.
    awaitRemote("ok       bridge: region mn is ready", "doctor");
    awaitRemote("has no bridge in a pod nothing; it has region-bridge-", "status", "--pod=nothing");
  }

  /**
   * From the network of a pod that has nothing but busybox; the name of the made-up peer is one of
   * its hosts, and the node's API server is who answers there.
   *
   * @param image of the pod
   */
  void verifiesFromAPod(String image) throws IOException {
    String name = "web.shop.svc.fsn1.internal";
    Path pod = directory.resolve("pod.yaml");
    Files.writeString(
        pod,
        """
        apiVersion: v1
        kind: Pod
        metadata: { name: asker, namespace: default }
        spec:
          terminationGracePeriodSeconds: 0
          hostAliases: [{ ip: 10.52.0.1, hostnames: [%s] }]
          containers:
            - { name: asker, image: "%s", imagePullPolicy: Never, command: [/busybox, sleep, infinity] }
        """
            .formatted(name, image),
        UTF_8);
    cluster.kubectl("apply", "-f", pod.toString()).succeeded();
    cluster.kubectl("wait", "--for=condition=Ready", "pod/asker", "--timeout=120s").succeeded();
    String from = "--from=default/asker";
    awaitRemote(
        "ok       default/asker connect: 10.52.0.1:443 accepts connections",
        "verify",
        from,
        name + ":443");
    Helm.Run refused = cluster.bridge("verify", from, name + ":9");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output())
        .contains("ok       default/asker name: " + name + " is 10.52.0.1, by this network's own")
        .containsPattern("ok       default/asker route: 10\\.52\\.0\\.1 goes by eth0\n")
        .contains("failure  default/asker connect: 10.52.0.1:9: connection refused → ");
    Helm.Run forbidden =
        cluster.bridgeKubectl(
            "exec", BRIDGES, "--", "region-bridge", "verify", from, name + ":443");
    assertThat(forbidden.output())
        .contains("which the bridges may not; run it with your own kubeconfig");
    cluster.kubectl("delete", "pod", "asker", "--wait=false").succeeded();
  }

  /** A key that a running bridge takes over replaces nothing, though it comes by a mounted file. */
  void liveKeysRestartNothing() {
    String before = pod().at("/metadata/uid").asText();
    cluster.helm(arguments("upgrade", "--reuse-values", "--set=config.dns.ttl=7s")).succeeded();
    awaitRemote(NAME + " 7 A " + ADDRESS, "trace", NAME);
    assertThat(pod().at("/metadata/uid").asText()).isEqualTo(before);
  }

  /** Any other key replaces the pods. */
  void otherKeysReplaceThePod() {
    String before = pod().at("/metadata/uid").asText();
    cluster
        .helm(arguments("upgrade", "--reuse-values", "--set=config.dns.cache.maxEntries=50000"))
        .succeeded();
    awaitRollout();
    assertThat(pod().at("/metadata/uid").asText()).isNotEqualTo(before);
  }

  /** The hook's Job runs once the last bridge has ended, and leaves nothing, itself included. */
  void uninstall() {
    cluster.helm("uninstall", "region-bridge", "--namespace=region-bridge").succeeded();
    assertThat(coreDns()).doesNotContain("fsn1.internal", "region-bridge");
    assertThat(cluster.kubectl("get", "routernodes", "-o", "name").succeeded()).isBlank();
    assertThat(cluster.kubectl("get", "region", "fsn1", "-o", "yaml").succeeded())
        .as("declared by hand, so only its status goes")
        .contains("192.0.2.1")
        .doesNotContain("conditions");
    assertThat(
            cluster
                .bridgeKubectl("get", "pods,jobs,leases,configmaps,serviceaccounts", "-o", "name")
                .succeeded())
        .doesNotContain("region-bridge");
  }

  /** The one bridge's Pod that is not about to end. */
  JsonNode pod() {
    List<JsonNode> pods = new ArrayList<>();
    await(
        "one pod",
        () -> {
          pods.clear();
          String list =
              cluster
                  .bridgeKubectl(
                      "get", "pods", "-l", "app.kubernetes.io/component=bridge", "-o", "json")
                  .succeeded();
          Chart.parse(list)
              .at("/items")
              .valueStream()
              .filter(pod -> pod.at("/metadata/deletionTimestamp").isMissingNode())
              .forEach(pods::add);
          return pods.size() == 1;
        });
    return pods.getFirst();
  }

  void awaitRollout() {
    cluster
        .bridgeKubectl("rollout", "status", BRIDGES, "--timeout=" + TIMEOUT.toSeconds() + "s")
        .succeeded();
  }

  static void await(String what, BooleanSupplier there) {
    await(() -> what, there);
  }

  static void await(Supplier<String> what, BooleanSupplier there) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline)
          .as(() -> "waited too long for " + what.get())
          .isNegative();
      LockSupport.parkNanos(200_000_000);
    }
  }

  /**
   * Runs a command until it prints something: an API server on a busy machine may take longer to be
   * reached than a command waits.
   */
  private void awaitRemote(String printed, String command, String... arguments) {
    String context = cluster.kubectl("config", "current-context").succeeded().strip();
    String[] line =
        Stream.concat(
                Stream.of(command, "--context=" + context, "-n", "region-bridge"),
                Stream.of(arguments))
            .toArray(String[]::new);
    AtomicReference<String> last = new AtomicReference<>("");
    await(
        () -> "\"%s\" from %s; the last time it printed %s".formatted(printed, command, last),
        () -> {
          last.set(cluster.bridge(line).output());
          return last.get().contains(printed);
        });
  }

  private String coreDns() {
    return cluster.kubectl("-n", "kube-system", "get", "configmap", coreDns, "-o", "yaml").output();
  }

  private static String[] arguments(String command, String... more) {
    return Stream.concat(
            Stream.of(
                command, "region-bridge", Chart.DIRECTORY.toString(), "--namespace=region-bridge"),
            Stream.of(more))
        .toArray(String[]::new);
  }
}
