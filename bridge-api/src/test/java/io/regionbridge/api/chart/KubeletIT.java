package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image and the chart run by a real kubelet with containerd, beside a real control plane with
 * its controllers, on this machine and without a Docker engine. Prints how long the start takes and
 * what memory the container's cgroup has seen.
 */
@Timeout(900)
class KubeletIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final long MIB = 1 << 20;
  private static final String COREFILE = ".:53 {\n    forward . 192.0.2.1\n}\n";

  @TempDir private static Path directory;
  private static KubeletNode node;
  private static Cluster cluster;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(
        Image.tarball().isPresent(),
        "there is no image: mvn -Pimage verify makes one and tests it");
    node = KubeletNode.start(directory);
    cluster = new Cluster(node.prefix(), Image.version());
    cluster
        .run(
            NativeTool.find("ctr"),
            "--namespace=k8s.io",
            "images",
            "import",
            Image.tarball().orElseThrow().toAbsolutePath().toString())
        .succeeded();
  }

  @AfterAll
  static void stop() {
    if (node != null) {
      node.close();
    }
  }

  @Test
  void aKubeletRunsTheChartFromTheFirstToTheLastDay() throws IOException {
    cluster
        .kubectl(
            "-n",
            "kube-system",
            "create",
            "configmap",
            "coredns",
            "--from-literal=Corefile=" + COREFILE)
        .succeeded();
    ChartScenario scenario = new ChartScenario(cluster, directory, "coredns");
    long began = System.nanoTime();
    scenario.install();
    ChartScenario.await("an answer", () -> answers());
    double seconds = (System.nanoTime() - began) / 1e9;

    scenario.works();
    scenario.commandsReachTheBridge();
    scenario.verifiesFromAPod(KubeletNode.BUSYBOX_IMAGE);
    scenario.liveKeysRestartNothing();
    System.out.printf(
        "helm install to a pod that is ready and answers: %.1f s; most memory of its cgroup: %d"
            + " MiB%n",
        seconds, memory(scenario.pod()));
    scenario.otherKeysReplaceThePod();
    answersUntilItEnds(scenario.pod());
    scenario.awaitRollout();
    scenario.uninstall();
  }

  /** A pod that is told to end gives its role away at once, and answers for dns.drain. */
  private static void answersUntilItEnds(JsonNode pod) {
    String name = pod.at("/metadata/name").asText();
    Path kubectl = NativeTool.find("kubectl");
    try (NativeProcess log =
            cluster.start(kubectl, "-n", "region-bridge", "logs", "--follow", "--tail=5", name);
        NativeProcess state =
            cluster.start(
                kubectl,
                "-n",
                "region-bridge",
                "get",
                "pod",
                name,
                "--watch",
                "-o=jsonpath={.status.containerStatuses[0].state}{\"\\n\"}")) {
      state.awaitLine(Pattern.compile("running"), TIMEOUT);
      cluster.bridgeKubectl("delete", "pod", name, "--wait=false").succeeded();
      log.awaitLine(Pattern.compile("the active gateway is nobody"), TIMEOUT);
      assertThat(answers()).as("while it drains").isTrue();
      assertThat(state.awaitLine(Pattern.compile("terminated"), TIMEOUT))
          .as("by itself, before the kubelet kills it")
          .contains("\"exitCode\":0");
      assertThat(log.awaitEnd(TIMEOUT)).isZero();
      assertThat(log.output()).contains("\"stopped\"");
    }
  }

  /** The limit is the chart's, and the most that was used, in MiB, is well below. */
  private static long memory(JsonNode pod) {
    assertThat(pod.at("/status/containerStatuses/0/restartCount").asInt()).isZero();
    String cgroup =
        "/sys/fs/cgroup/memory/kubepods/burstable/pod%s/%s/"
            .formatted(
                pod.at("/metadata/uid").asText(),
                pod.at("/status/containerStatuses/0/containerID")
                    .asText()
                    .replaceFirst("containerd://", ""));
    long limit = number(cgroup + "memory.limit_in_bytes");
    long most = number(cgroup + "memory.max_usage_in_bytes");
    assertThat(limit).isEqualTo(384 * MIB);
    assertThat(most).isBetween(32 * MIB, limit * 3 / 4);
    return most / MIB;
  }

  private static long number(String file) {
    return Long.parseLong(cluster.run(Path.of("/bin/cat"), file).succeeded().strip());
  }

  private static boolean answers() {
    return cluster
        .run(
            NativeTool.find("dig"),
            "+short",
            "-p1053",
            "@" + KubeletNode.ADDRESS,
            ChartScenario.NAME)
        .output()
        .contains(ChartScenario.ADDRESS);
  }
}
