package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bridges beside real Cilium, on a worker and two routers, and a remote region that keeps its pods'
 * addresses. What is looked at is in {@code src/test/sh/cilium.sh}.
 */
@Timeout(900)
class CiliumIT {
  private static final Duration PATIENCE = Duration.ofMinutes(12);

  @TempDir private Path directory;

  @Test
  void podsOfAllNodesReachAnotherRegionAndAreReachedFromThere() throws IOException {
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
            "curl")) {
      NativeTool.find(tool);
    }
    Path launcher = Files.createDirectories(directory.resolve("launcher")).resolve("bridge");
    Installation installation = Installation.in(directory);
    Files.writeString(launcher, installation.script());
    Path state = Files.createDirectories(directory.resolve("state"));
    try (NativeProcess script =
        NativeProcess.start(
            Path.of("bash"),
            "src/test/sh/cilium.sh",
            state.toString(),
            launcher.toString(),
            Path.of("../charts/region-bridge/crds").toAbsolutePath().toString())) {
      int exitCode = script.awaitEnd(PATIENCE);
      assertThat(exitCode).as(script.output()).isZero();
      System.out.println(script.output());
    }
  }
}
