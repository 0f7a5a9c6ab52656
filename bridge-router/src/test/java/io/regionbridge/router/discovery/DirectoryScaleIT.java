package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.testkit.NativeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures a directory of 10,000 Services and 100,000 endpoints on a real API server: {@code mvn
 * test -pl bridge-router -Dtest=DirectoryScaleIT -Dscale=10000}. Takes some minutes, most of them
 * to write the objects.
 */
@EnabledIfSystemProperty(named = "scale", matches = "[0-9]+")
@Timeout(900)
class DirectoryScaleIT {
  private static final int PODS = 10;
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Pattern CHANGED = Pattern.compile("CHANGED (\\d+)");

  @TempDir private static Path directory;

  @Test
  void aLargeClusterIsLoadedQuicklyAndFollowedAtOnce() throws IOException {
    int services = Integer.parseInt(System.getProperty("scale", "0"));
    try (TestCluster cluster = TestCluster.start()) {
      cluster
          .server()
          .apply(
              "/api/v1/namespaces/scale",
              "{apiVersion: v1, kind: Namespace, metadata: {name: scale}}");
      fill(cluster, services);
      Path kubeconfig =
          Files.writeString(directory.resolve("kubeconfig"), cluster.bridgeKubeconfig());
      NativeProcess.Command command =
          NativeProcess.command(
              Path.of(System.getProperty("java.home"), "bin", "java"),
              "-XX:+UseSerialGC",
              "-Xmx128m",
              "-cp",
              System.getProperty("java.class.path"),
              DirectoryScaleChild.class.getName(),
              kubeconfig.toString());
      try (NativeProcess child = command.start()) {
        Matcher loaded = match(child, "LOADED (\\d+) (\\d+) (\\d+)");
        Matcher resident = match(child, "RESIDENT (\\d+)");
        long worst = 0;
        for (int i = 0; i < 20; i++) {
          long before = changes(child);
          long began = System.currentTimeMillis();
          cluster.server().apply(slicePath(0), slice(0, i + 1));
          child.awaitThat("the change is seen", LONG, () -> changes(child) > before);
          worst = Math.max(worst, lastChange(child) - began);
        }
        System.out.printf(
            "directory of %s Services, %s endpoints: loaded in %s ms, resident %d MB, a change"
                + " (written, watched, joined) in %d ms at most%n",
            loaded.group(2),
            loaded.group(3),
            loaded.group(1),
            Long.parseLong(resident.group(1)) / 1024,
            worst);
        assertThat(Long.parseLong(loaded.group(3))).isEqualTo((long) services * PODS);
        assertThat(Long.parseLong(resident.group(1))).isLessThan(256 * 1024);
      }
    }
  }

  private static void fill(TestCluster cluster, int services) {
    Semaphore atOnce = new Semaphore(24);
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < services; i++) {
        int number = i;
        atOnce.acquireUninterruptibly();
        var _ =
            writers.submit(() -> {
              try {
                cluster
                    .server()
                    .request(
                        "POST",
                        "/api/v1/namespaces/scale/services",
                        "application/yaml",
                        "{apiVersion: v1, kind: Service, metadata: {name: s%d}, spec: {ports: [{name: http, port: 80, targetPort: 8080}]}}"
                            .formatted(number));
                cluster
                    .server()
                    .request(
                        "POST",
                        "/apis/discovery.k8s.io/v1/namespaces/scale/endpointslices",
                        "application/yaml",
                        slice(number, 0));
              } finally {
                atOnce.release();
              }
            });
      }
    }
  }

  private static String slicePath(int number) {
    return "/apis/discovery.k8s.io/v1/namespaces/scale/endpointslices/s%d-x".formatted(number);
  }

  private static String slice(int number, int generation) {
    String endpoints =
        IntStream.range(0, PODS)
            .mapToObj(pod ->
                "{addresses: [10.%d.%d.%d], conditions: {ready: true, serving: true}, nodeName: node-%d, targetRef: {kind: Pod, namespace: scale, name: s%d-%d, uid: 00000000-0000-0000-0000-000000000000}}"
                    .formatted(
                        100 + pod,
                        number / 250,
                        number % 250 + (pod == 0 ? generation : 0) % 5,
                        number % 50,
                        number,
                        pod))
            .collect(Collectors.joining(", "));
    return """
    {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,
     metadata: {name: s%d-x, labels: {kubernetes.io/service-name: s%d}},
     addressType: IPv4, ports: [{name: http, port: 8080, protocol: TCP}],
     endpoints: [%s]}
    """
        .formatted(number, number, endpoints);
  }

  private static long changes(NativeProcess child) {
    return CHANGED.matcher(child.output()).results().count();
  }

  private static long lastChange(NativeProcess child) {
    return CHANGED
        .matcher(child.output())
        .results()
        .mapToLong(result -> Long.parseLong(result.group(1)))
        .max()
        .orElse(0);
  }

  private static Matcher match(NativeProcess child, String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    Matcher matcher = compiled.matcher(child.awaitLine(compiled, LONG));
    assertThat(matcher.find()).isTrue();
    return matcher;
  }
}
