package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @TempDir private static Path directory;
  private static List<K3sContainer> started = List.of();
  private static Path kubeconfig;

  @BeforeAll
  static void start() throws IOException {
    need(Image.tarball().isPresent(), "there is no image: mvn -Pimage verify makes one");
    need(DockerClientFactory.instance().isDockerAvailable(), "there is no Docker engine");
    NativeTool.find("kubectl");
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
  void aKubeletRunsTheChartFromTheFirstToTheLastDay() throws IOException {
    Cluster cluster =
        new Cluster(List.of("/usr/bin/env", "KUBECONFIG=" + kubeconfig), Image.version());
    // k3s reads blocks of others from there, and writes its own Corefile anew at each start.
    ChartScenario scenario = new ChartScenario(cluster, directory, "coredns-custom");
    scenario.install();
    scenario.works();
    scenario.commandsReachTheBridge();
    scenario.liveKeysRestartNothing();
    scenario.otherKeysReplaceThePod();
    scenario.uninstall();
  }
}
