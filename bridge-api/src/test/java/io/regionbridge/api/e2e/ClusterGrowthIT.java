package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.demo.DnsClient;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.KubeApiServer;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Name;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Measures one bridge in a large cluster, with a real API server: the start, memory, how soon a
 * change is answered, and a rolling restart of a Service. The pods of that Service run on nodes
 * that kwok simulates, and the real kube-controller-manager makes its EndpointSlices. So it is with
 * all Services where {@code growth.simulated} is set, which takes an API server three times as long
 * to write. {@code mvn package -DskipTests}, {@code .ci/tools growth}, then {@code mvn test -pl
 * bridge-api -am -Dtest=ClusterGrowthIT -Dsurefire.failIfNoSpecifiedTests=false
 * -Dgrowth.services=20000 -Dgrowth.endpoints=15 -Dgrowth.pods=1000}. Takes some minutes, most of
 * them to write the objects.
 */
@EnabledIfSystemProperty(named = "growth.services", matches = "[0-9]+")
@Timeout(5400)
class ClusterGrowthIT {
  private static final Path LAUNCHER =
      Path.of(System.getProperty("growth.launcher", "target/dist/bin/region-bridge"));
  private static final String ADDRESS = "127.0.88.1";
  private static final String JSON = "application/json";
  private static final String SLICES =
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  private static final String PODS = "/api/v1/namespaces/default/pods";
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration WRITTEN = Duration.ofMinutes(30);
  private static final Duration SETTLED = Duration.ofSeconds(20);
  private static final Duration MOST_LATE = Duration.ofSeconds(30);
  private static final int AT_ONCE = 16;
  private static final int CHANGES = 50;

  /** Each with addresses for 2,000 pods. */
  private static final int NODES = 250;

  /** The Service that a test changes the slice of, which no controller looks after. */
  private static final int BY_HAND = 60_000;

  /** Over which the pods of the large Service are replaced. */
  private static final Duration RESTART = Duration.ofSeconds(60);

  @TempDir private static Path directory;

  private final DnsClient dns =
      new DnsClient(
          new InetSocketAddress(InetAddress.ofLiteral(ADDRESS), 1053), Duration.ofSeconds(2));
  private final int services = Integer.getInteger("growth.services", 0);
  private final int endpoints = Integer.getInteger("growth.endpoints", 15);
  private final int pods = Integer.getInteger("growth.pods", 0);
  private final boolean simulated = Boolean.getBoolean("growth.simulated");

  /** When the bridge was started last. */
  private long started;

  @Test
  void aBridgeInALargeCluster() throws IOException, InterruptedException {
    try (RegionCluster cluster = RegionCluster.start("10.32.0.0/12")) {
      KubeApiServer server = cluster.server();
      cluster.routerNode("f1", ADDRESS, "10.0.0.0/10");
      long empty = resident(cluster);
      if (!simulated && pods == 0) {
        measure(cluster, empty);
        return;
      }
      Path kubeconfig = Files.writeString(directory.resolve("admin"), server.adminKubeconfig());
      IntStream.range(0, NODES).forEach(number -> startNode(server, number));
      try (NativeProcess _ = controllerManager(kubeconfig);
          NativeProcess _ = simulatedNodes(kubeconfig)) {
        measure(cluster, empty);
      }
    }
  }

  private void measure(RegionCluster cluster, long empty) throws IOException, InterruptedException {
    KubeApiServer server = cluster.server();
    inParallel(services, number -> write(server, number));
    writeByHand(server, BY_HAND);
    int all = services * endpoints + endpoints;
    if (simulated) {
      try (Served bridge = serve(cluster)) { // until all pods run and all slices are made of them
        Served.await("all pods", WRITTEN, () -> endpoints(bridge) == all);
      }
    }
    try (Served bridge = serve(cluster)) {
      awaitEndpoints("all endpoints", bridge, all);
      long ready = System.nanoTime() - started;
      LockSupport.parkNanos(SETTLED.toNanos());
      long held = resident(bridge.process().pid());
      System.out.printf(
          "%d Services, %d endpoints: ready after %.1f s, %d MiB resident, %d MiB with none: %d"
              + " octets for each endpoint%n",
          services, all, ready / 1e9, held >> 10, empty >> 10, (held - empty << 10) / all);
      printChanges(server);
      if (pods > 0) {
        restart(server, bridge, all);
      }
    }
  }

  private static void awaitEndpoints(String what, Served bridge, int count) {
    Served.await(
        what, LONG, () -> endpoints(bridge) == count && bridge.get("/readyz").statusCode() == 200);
  }

  private static int endpoints(Served bridge) {
    return bridge.status().at("/directory/endpoints").asInt();
  }

  private Served serve(RegionCluster cluster) throws IOException {
    Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), cluster.kubeconfig());
    Path config =
        Files.writeString(
            directory.resolve("config.yaml"),
            """
            region: {name: fsn1, podCIDRs: [10.0.0.0/10]}
            dns: {listen: ['%1$s:1053']}
            overlay: {mode: none}
            admin: {listen: '%1$s:8053'}
            """
                .formatted(ADDRESS));
    started = System.nanoTime();
    return new Served(
        NativeProcess.command(LAUNCHER, "serve", "--config", config.toString())
            .environment("NODE_NAME", "f1")
            .environment("POD_NAMESPACE", "region-bridge")
            .environment("KUBECONFIG", kubeconfig.toString())
            .environment("REGION_BRIDGE_JAVA_OPTS", "-Xmx192m")
            .start(),
        ADDRESS);
  }

  /** What a bridge takes in the same cluster before there are Services, in KiB. */
  private long resident(RegionCluster cluster) throws IOException {
    try (Served bridge = serve(cluster)) {
      bridge.awaitReady();
      LockSupport.parkNanos(SETTLED.toNanos());
      return resident(bridge.process().pid());
    }
  }

  /** A Service with its endpoints: its pods, or a slice that stands for them. */
  private void write(KubeApiServer server, int number) {
    if (!simulated) {
      writeByHand(server, number);
      return;
    }
    startService(server, "s" + number, "");
    for (int pod = 0; pod < endpoints; pod++) {
      startPod(server, "s" + number, "s%d-%d".formatted(number, pod), number * endpoints + pod);
    }
  }

  /** Of a port that pods listen on themselves: another one would be answered with a ClusterIP. */
  private void writeByHand(KubeApiServer server, int number) {
    server.request(
        "POST",
        "/api/v1/namespaces/default/services",
        JSON,
        """
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s%d"},
         "spec": {"ports": [{"name": "http", "port": 8080}]}}
        """
            .formatted(number));
    server.request("POST", SLICES, JSON, slice(number, 0));
  }

  private String slice(int number, int generation) {
    String all =
        IntStream.range(0, endpoints)
            .mapToObj(pod ->
                """
                {"addresses": ["10.%d.%d.%d"], "nodeName": "node-%d",
                 "conditions": {"ready": true, "serving": true, "terminating": false},
                 "targetRef": {"kind": "Pod", "namespace": "default", "name": "s%d-%d",
                  "uid": "00000000-0000-0000-0000-000000000000"}}
                """
                    .formatted(
                        pod,
                        number / 250,
                        number % 250 + (pod == 0 ? generation % 5 : 0),
                        number % 50,
                        number,
                        pod))
            .collect(Collectors.joining(","));
    return """
    {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
     "metadata": {"name": "s%d-x", "labels": {"kubernetes.io/service-name": "s%d"}},
     "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}], "endpoints": [%s]}
    """
        .formatted(number, number, all);
  }

  private void printChanges(KubeApiServer server) throws IOException {
    long[] nanos = new long[CHANGES];
    Name name = Name.fromConstantString("s%d.default.svc.fsn1.internal.".formatted(BY_HAND));
    for (int i = 0; i < CHANGES; i++) {
      String first = " 10.0.%d.%d ".formatted(BY_HAND / 250, (i + 1) % 5);
      server.request("PUT", SLICES + "/s%d-x".formatted(BY_HAND), JSON, slice(BY_HAND, i + 1));
      long written = System.nanoTime();
      for (String last = addresses(name); !last.contains(first); last = addresses(name)) {
        assertThat(System.nanoTime() - written)
            .as("time until the answer has%s; it is%s", first, last)
            .isLessThan(MOST_LATE.toNanos());
        LockSupport.parkNanos(1_000_000);
      }
      nanos[i] = System.nanoTime() - written;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "a change is answered %.0f ms (median), %.0f ms (nine of ten), %.0f ms (at most) after the"
            + " API server's response%n",
        nanos[CHANGES / 2] / 1e6, nanos[CHANGES * 9 / 10] / 1e6, nanos[CHANGES - 1] / 1e6);
  }

  private String addresses(Name name) throws IOException {
    return dns.ask(name, Type.A).message().getSection(Section.ANSWER).stream()
        .map(r -> r.rdataToString())
        .collect(Collectors.joining(" ", " ", " "));
  }

  private void restart(KubeApiServer server, Served bridge, int others)
      throws InterruptedException {
    startService(server, "large", "\"clusterIP\": \"None\",");
    inParallel(pods, number -> startPod(server, "large", "p%d-0".formatted(number), number));
    awaitEndpoints("its pods", bridge, others + pods);
    long cpu = cpu(bridge.process().pid());
    long start = System.nanoTime();
    for (int number = 0; number < pods; number++) {
      long due = start + RESTART.toNanos() * number / pods;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      server.request("DELETE", PODS + "/p%d-0".formatted(number), JSON, "");
      startPod(server, "large", "p%d-1".formatted(number), number);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double used = (cpu(bridge.process().pid()) - cpu) / 1e3;
    awaitEndpoints("the pods after the restart", bridge, others + pods);
    System.out.printf(
        "%d pods replaced within %.0f s: %.1f %% of a core%n", pods, seconds, 100 * used / seconds);
  }

  private static NativeProcess controllerManager(Path kubeconfig) {
    return NativeProcess.start(
        NativeTool.find("kube-controller-manager"),
        "--kubeconfig=" + kubeconfig,
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=" + FreePorts.next(),
        "--controllers=endpointslice-controller",
        "--kube-api-qps=500",
        "--kube-api-burst=500");
  }

  /** Has pods of the nodes of {@link #startNode} run, be ready, and end. */
  private static NativeProcess simulatedNodes(Path kubeconfig) {
    return NativeProcess.start(
        NativeTool.find("kwok"),
        "--kubeconfig=" + kubeconfig,
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        "--node-lease-duration-seconds=0");
  }

  private static void startNode(KubeApiServer server, int number) {
    server.request(
        "POST",
        "/api/v1/nodes",
        JSON,
        """
        {"apiVersion": "v1", "kind": "Node",
         "metadata": {"name": "n%1$d", "annotations": {"kwok.x-k8s.io/node": "fake"}},
         "spec": {"podCIDR": "%2$s", "podCIDRs": ["%2$s"]}}
        """
            .formatted(number, "10.%d.%d.0/21".formatted(48 + number / 32, number % 32 * 8)));
  }

  /** A Service of the pods that have its name for a label. */
  private static void startService(KubeApiServer server, String name, String more) {
    server.request(
        "POST",
        "/api/v1/namespaces/default/services",
        JSON,
        """
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%1$s"},
         "spec": {%2$s "selector": {"app": "%1$s"}, "ports": [{"name": "http", "port": 8080}]}}
        """
            .formatted(name, more));
  }

  private static void startPod(KubeApiServer server, String service, String name, int number) {
    server.request(
        "POST",
        PODS,
        JSON,
        """
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s", "labels": {"app": "%s"}},
         "spec": {"nodeName": "n%d", "containers": [{"name": "c", "image": "none"}]}}
        """
            .formatted(name, service, number % NODES));
  }

  private static void inParallel(int count, IntConsumer task) throws InterruptedException {
    Semaphore slots = new Semaphore(AT_ONCE);
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        slots.acquire();
        var _ =
            writers.submit(() -> {
              try {
                task.accept(number);
              } finally {
                slots.release();
              }
            });
      }
    }
  }

  /** Resident memory of a process, in KiB. */
  private static long resident(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** CPU time of a process, in milliseconds. */
  private static long cpu(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toMillis)
        .orElseThrow();
  }
}
