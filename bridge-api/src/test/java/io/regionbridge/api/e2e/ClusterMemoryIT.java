package io.regionbridge.api.e2e;

import io.regionbridge.testkit.NativeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the resident memory of a bridge, started by the launcher as it was last packaged, in a
 * cluster of so many Services with three pods each: {@code mvn package -DskipTests}, then {@code
 * mvn test -pl bridge-api -am -Dtest=ClusterMemoryIT -Dsurefire.failIfNoSpecifiedTests=false
 * -Dmemory.services=1000}.
 */
@EnabledIfSystemProperty(named = "memory.services", matches = "[0-9]+")
@Timeout(600)
class ClusterMemoryIT {
  private static final Path LAUNCHER = Path.of("target/dist/bin/region-bridge");
  private static final int AT_ONCE = 16;

  @TempDir private static Path directory;

  @Test
  void aBridgeInACluster() throws IOException, InterruptedException {
    int services = Integer.getInteger("memory.services", 0);
    try (RegionCluster cluster = RegionCluster.start("10.43.0.0/16")) {
      cluster.routerNode("f1", "127.0.88.1", "10.42.0.0/16");
      fill(cluster, services);
      Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), cluster.kubeconfig());
      Path config =
          Files.writeString(
              directory.resolve("config.yaml"),
              """
              region: {name: fsn1}
              dns: {listen: ['127.0.88.1:1053']}
              overlay: {mode: none}
              admin: {listen: '127.0.88.1:8053'}
              """);
      NativeProcess.Command command =
          NativeProcess.command(LAUNCHER, "serve", "--config", config.toString())
              .environment("NODE_NAME", "f1")
              .environment("POD_NAMESPACE", "region-bridge")
              .environment("KUBECONFIG", kubeconfig.toString());
      try (Served bridge = new Served(command.start(), "127.0.88.1")) {
        bridge.awaitReady();
        Served.await(
            "all Services",
            () -> bridge.status().at("/directory/services").asInt() == services + 1);
        long start = System.nanoTime();
        for (int second : new int[] {3, 15, 60}) {
          Duration at = Duration.ofSeconds(second);
          Served.await("the time", () -> System.nanoTime() - start >= at.toNanos());
          System.out.printf(
              "%d Services, %d s after they were known: %d MiB resident%n",
              services, second, resident(bridge.process().pid()) / 1024);
        }
      }
    }
  }

  private static void fill(RegionCluster cluster, int services) throws InterruptedException {
    Semaphore slots = new Semaphore(AT_ONCE);
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < services; i++) {
        String name = "s" + i;
        String prefix = "10.42.%d.".formatted(i / 60);
        int first = i % 60 * 4 + 1;
        slots.acquire();
        var _ =
            writers.submit(() -> {
              try {
                cluster.service(name, 80);
                cluster.pods(name, 80, prefix + first, prefix + (first + 1), prefix + (first + 2));
              } finally {
                slots.release();
              }
            });
      }
    }
  }

  private static long resident(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }
}
