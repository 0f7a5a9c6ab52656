package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * The image and the chart where nothing stands in for anything: k3s in a container, with its own
 * kubelet, controllers and CoreDNS. Needs a Docker engine, the network to pull k3s from, and the
 * image that {@code mvn -Pimage verify} makes; skipped where one of these is missing. {@code
 * -Dk3s.image} names another k3s.
 */
@Timeout(900)
class K3sIT {
  private static final String K3S = System.getProperty("k3s.image", "rancher/k3s:v1.33.1-k3s1");

  /** k3s takes images from there when it starts. */
  private static final String IMAGES = "/var/lib/rancher/k3s/agent/images/region-bridge.tar";

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private static Path directory;
  private static List<K3sContainer> started = List.of();
  private static Path kubectl;
  private static Path kubeconfig;

  @BeforeAll
  static void start() throws IOException {
    need(Image.tarball().isPresent(), "there is no image: mvn -Pimage verify makes one");
    need(DockerClientFactory.instance().isDockerAvailable(), "there is no Docker engine");
    kubectl = NativeTool.find("kubectl");
    NativeTool.find("helm");
    K3sContainer k3s =
        new K3sContainer(DockerImageName.parse(K3S).asCompatibleSubstituteFor("rancher/k3s"))
            .withCopyFileToContainer(
                MountableFile.forHostPath(Image.tarball().orElseThrow()), IMAGES);
    started = List.of(k3s);
    k3s.start();
    kubeconfig = directory.resolve("kubeconfig");
    Files.writeString(kubeconfig, k3s.getKubeConfigYaml(), UTF_8);
  }

  private static void need(boolean there, String otherwise) {
    if (!there) {
      // The console of the build shows that a test was skipped, but not why.
      System.err.println("SKIPPED: K3sIT: " + otherwise);
      Assumptions.abort(otherwise);
    }
  }

  @AfterAll
  static void stop() {
    started.forEach(K3sContainer::stop);
  }

  @Test
  void aKubeletRunsTheChartAndCoreDnsForwardsToIt() throws IOException {
    await("a node", () -> !kubectl("get", "nodes", "-o", "name").output().isBlank());
    kubectl("label", "nodes", "--all", "netbird-router=true").succeeded();
    Helm.run(
            List.of(
                "upgrade",
                "--install",
                "region-bridge",
                Chart.DIRECTORY.toString(),
                "--kubeconfig=" + kubeconfig,
                "--namespace=region-bridge",
                "--create-namespace",
                "--set=region.name=mn,image.pullPolicy=Never,config.overlay.mode=none"))
        .succeeded();
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
        endpoints: [{ addresses: [10.42.0.250] }]
        """,
        UTF_8);
    kubectl("apply", "-f", objects.toString()).succeeded();

    kubectl(
            "-n",
            "region-bridge",
            "rollout",
            "status",
            "daemonset/region-bridge",
            "--timeout=" + PATIENCE.toSeconds() + "s")
        .succeeded();
    await(
        "the bridge's answer",
        () ->
            kubectl(
                    "-n",
                    "region-bridge",
                    "exec",
                    "daemonset/region-bridge",
                    "--",
                    "region-bridge",
                    "trace",
                    "web.default.svc.mn.internal")
                .output()
                .contains("10.42.0.250"));
    await(
        "a block for the peer in k3s's own CoreDNS",
        () ->
            kubectl("-n", "kube-system", "get", "configmap", "coredns-custom", "-o", "yaml")
                .output()
                .contains("fsn1.internal"));
    assertThat(kubectl("get", "routernodes", "-o", "name").succeeded()).contains("routernode");
  }

  private static Helm.Run kubectl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--kubeconfig=" + kubeconfig));
    all.addAll(List.of(arguments));
    return Helm.run(kubectl, all);
  }

  private static void await(String what, BooleanSupplier there) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("waited too long for %s", what).isNegative();
      LockSupport.parkNanos(500_000_000);
    }
  }
}
