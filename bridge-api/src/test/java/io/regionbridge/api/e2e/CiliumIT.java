package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bridges beside real Cilium. What is looked at is in {@code src/test/sh}: {@code cilium.sh} has
 * one region of a worker and two routers, and a remote one that keeps its pods' addresses; {@code
 * cilium-pair.sh} has two whole regions, with Cilium on both sides or on one, over plain WireGuard,
 * WireGuard that the bridges run, or real Tailscale, with ranges of their own or the same.
 */
@Timeout(1800)
class CiliumIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(25);

  @TempDir private Path directory;

  @Test
  void podsOfAllNodesReachAnotherRegionAndAreReachedFromThere() throws IOException {
    run("cilium.sh");
  }

  /**
   * Pods of all nodes reach pods of all nodes, new connections survive the loss of the active
   * gateway, and a standby whose tunnel is dead gives its pods back.
   */
  @ParameterizedTest
  @ValueSource(strings = {"cilium", "routes"})
  void podsOfAllNodesOfTwoRegionsReachEachOther(String second) throws IOException {
    run("cilium-pair.sh", second, "wireguard", NativeTool.nightly() ? "5" : "1");
  }

  /** The same by other overlays, and between regions with the same ranges. */
  @ParameterizedTest
  @CsvSource({
    "cilium, wireguard, overlapping",
    "routes, wireguard, overlapping",
    "cilium, manage, ''",
    "routes, manage, ''",
    "cilium, tailscale, ''",
    "routes, tailscale, ''"
  })
  void podsReachEachOtherByEachOverlay(String second, String overlay, String ranges)
      throws IOException {
    NativeTool.onlyNightly("a pair of regions with %s over %s".formatted(second, overlay));
    if (overlay.equals("tailscale")) {
      NativeTool.find("tailscaled");
      NativeTool.find("tailnet");
    }
    run("cilium-pair.sh", second, overlay, "1", ranges);
  }

  private void run(String name, String... arguments) throws IOException {
    for (String tool :
        List.of(
            "cilium-agent",
            "cilium-cni",
            "clang-19",
            "etcd",
            "kube-apiserver",
            "kubectl",
            "helm",
            "wireguard-go",
            "wg",
            "nft",
            "ip",
            "curl",
            "flanneld",
            "kube-proxy")) {
      NativeTool.find(tool);
    }
    Path launcher = Files.createDirectories(directory.resolve("launcher")).resolve("bridge");
    Installation installation = Installation.in(directory);
    Files.writeString(launcher, installation.script());
    Path state = Files.createDirectories(directory.resolve("state"));
    List<String> line =
        new ArrayList<>(
            List.of(
                "src/test/sh/" + name,
                state.toString(),
                launcher.toString(),
                Path.of("../charts/region-bridge/crds").toAbsolutePath().toString()));
    line.addAll(List.of(arguments));
    try (NativeProcess script = NativeProcess.start(Path.of("bash"), line.toArray(String[]::new))) {
      int exitCode = script.awaitEnd(TIMEOUT);
      assertThat(exitCode).as(script.output()).isZero();
      System.out.println(script.output());
    }
  }
}
