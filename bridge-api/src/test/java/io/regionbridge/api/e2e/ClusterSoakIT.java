package io.regionbridge.api.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.FaultProxy;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two bridges of a region while their API server is late, away, silent, throttles, fails or drops
 * its connections, one after the other, and Services come and go all the time. The active gateway
 * stays the one that it is, every change arrives in the end, a name that does not change is always
 * answered, and nothing grows. {@code bridge-api/bench/soak} runs ten minutes of it; {@code
 * -Dsoak.faults=DROPS,LATE} chooses.
 */
@EnabledIfSystemProperty(named = "soak.seconds", matches = "[0-9]+")
@Timeout(1200)
class ClusterSoakIT {
  private static final Duration TIME = Duration.ofSeconds(Long.getLong("soak.seconds", 40));
  private static final Duration LONGEST_FAULT = Duration.ofSeconds(60);
  private static final List<Fault> FAULTS =
      Stream.of(System.getProperty("soak.faults", "").split(",", -1))
          .filter(name -> !name.isEmpty())
          .map(Fault::valueOf)
          .toList();
  private static final Pattern HEAP = Pattern.compile("used (\\d+)K");
  private static final int SERVICES = 40;

  @TempDir private static Path directory;

  private final Random random = new Random(4);
  private final TreeMap<Integer, List<String>> services = new TreeMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private int changes;

  /** What can be wrong with an API server. */
  private enum Fault {
    LATE,
    GONE,
    THROTTLES,
    SILENT,
    FAILS,
    FORGETS,
    DROPS
  }

  /** What a process has. */
  private record Size(long heap, long threads, long descriptors, long resident) {
    @Override
    public String toString() {
      return "heap %.1f MiB, %d threads, %d descriptors, resident %d MiB"
          .formatted(heap / 1024.0, threads, descriptors, resident / 1024);
    }
  }

  @Test
  void whateverTheApiServerDoesNothingIsLostAndNobodyTakesOver() throws Exception {
    NativeTool.find("kube-apiserver");
    String net = "127.%d.%d.".formatted(64 + ProcessHandle.current().pid() / 250 % 128, 251);
    Installation installation = Installation.in(directory);
    List<Served> bridges = new ArrayList<>();
    try (RegionCluster cluster = RegionCluster.start("10.43.0.0/16");
        FaultProxy proxy = FaultProxy.before(cluster.server())) {
      cluster.routerNode("f1", net + "1", "10.42.0.0/24");
      cluster.routerNode("f2", net + "2", "10.42.1.0/24");
      cluster.region("mn", "{podCIDRs: [10.52.0.0/16], gateways: ['%s11']}".formatted(net));
      cluster.service("steady", 80);
      cluster.pods("steady", 80, "10.42.0.7");
      try (Served one = serve(installation, proxy, cluster, "f1", net + "1");
          Served other = serve(installation, proxy, cluster, "f2", net + "2")) {
        bridges.addAll(List.of(one, other));
        one.awaitReady();
        other.awaitReady();
        Served.await("one is active", () -> one.active("f1") != other.active("f2"));
        String active = one.active("f1") ? "f1" : "f2";
        int transitions = transitions(cluster);
        settle(cluster, one, other);
        fault(cluster, proxy, Fault.DROPS, Duration.ofSeconds(2)); // warms both up
        settle(cluster, one, other);
        List<Size> before = List.of(size(one), size(other));
        Thread asking = Thread.startVirtualThread(() -> ask(net + "1"));
        List<Fault> faults = FAULTS.isEmpty() ? List.of(Fault.values()) : FAULTS;
        long end = System.nanoTime() + TIME.toNanos();
        for (int turn = 0; System.nanoTime() < end; turn++) {
          Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime())).dividedBy(2);
          Duration each = TIME.dividedBy(2L * faults.size());
          fault(
              cluster,
              proxy,
              faults.get(turn % faults.size()),
              Stream.of(LONGEST_FAULT, each, left).min(Duration::compareTo).orElseThrow());
          settle(cluster, one, other);
          assertThat(one.active("f1") ? "f1" : "f2").as("the active gateway").isEqualTo(active);
        }
        over.set(true);
        asking.join();
        List<Size> after = List.of(size(one), size(other));
        System.out.printf(
            "soak of %d s: %d changes of Services, active %s throughout (%d changes of the Lease's"
                + " holder), %d of %d questions lost%n",
            TIME.toSeconds(),
            changes,
            active,
            transitions(cluster) - transitions,
            lost.get(),
            asked.get());
        for (int i = 0; i < before.size(); i++) {
          System.out.printf("f%d: %s; then %s%n", i + 1, before.get(i), after.get(i));
          assertThat(after.get(i).heap()).isLessThan(before.get(i).heap() + 8 * 1024);
          assertThat(after.get(i).threads()).isLessThan(before.get(i).threads() + 12);
          assertThat(after.get(i).descriptors()).isLessThan(before.get(i).descriptors() + 20);
        }
        assertThat(transitions(cluster)).isEqualTo(transitions);
        assertThat(lost).hasValue(0);
      }
    } catch (AssertionError e) {
      bridges.forEach(bridge ->
          System.err.println("--- " + bridge.address() + "\n" + bridge.process().output()));
      throw e;
    }
  }

  /** Lets something be wrong for a time, while Services come and go. */
  private void fault(RegionCluster cluster, FaultProxy proxy, Fault fault, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    switch (fault) {
      case LATE -> proxy.late(Duration.ofSeconds(2));
      case GONE -> proxy.vanish();
      case SILENT -> proxy.silence();
      case THROTTLES -> proxy.answer(_ -> true, 429, "Retry-After: 1\r\n");
      case FAILS -> proxy.answer(line -> !line.contains("watch=true"), 500, "");
      case FORGETS -> proxy.answer(line -> line.contains("watch=true"), 410, "");
      case DROPS -> {}
    }
    do {
      if (fault != Fault.SILENT && fault != Fault.LATE) {
        proxy.drop();
      }
      for (int i = 0; i < 5; i++) {
        change(cluster);
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      }
    } while (System.nanoTime() < end);
    proxy.heal();
    if (fault == Fault.SILENT) {
      proxy.drop(); // as a load balancer in front of a dead server does in the end
    }
  }

  private void change(RegionCluster cluster) {
    int number = random.nextInt(SERVICES);
    String name = "s" + number;
    changes++;
    if (services.containsKey(number) && random.nextInt(3) == 0) {
      services.remove(number);
      cluster.remove(name);
      return;
    }
    if (!services.containsKey(number)) {
      cluster.service(name, 80);
    }
    List<String> pods = new ArrayList<>();
    for (int pod = 0; pod <= random.nextInt(5); pod++) {
      pods.add("10.42.%d.%d".formatted(number, 10 + pod));
    }
    services.put(number, pods);
    cluster.pods(name, 80, pods.toArray(String[]::new));
  }

  /** Waits until both bridges know what there is. */
  private void settle(RegionCluster cluster, Served... bridges) {
    int endpoints = 1 + services.values().stream().mapToInt(List::size).sum();
    change(cluster); // one that must come through by a watch
    int wanted = 1 + services.values().stream().mapToInt(List::size).sum();
    for (Served bridge : bridges) {
      Served.await(
          "all of %d Services with %d endpoints (before: %d) at %s"
              .formatted(services.size(), wanted, endpoints, bridge.address()),
          () -> {
            JsonNode directory = bridge.status().path("directory");
            return directory.path("services").asInt() == services.size() + 2 // and kubernetes
                && directory.path("endpoints").asInt() == wanted;
          });
      Served.await(
          "everything is current, at " + bridge.address(),
          () -> bridge.condition("APIServerCurrent").path("status").asText().equals("True"));
    }
  }

  private static int transitions(RegionCluster cluster) throws IOException {
    return cluster.lease().at("/spec/leaseTransitions").asInt();
  }

  /** Asks for a name that never changes, ten times a second. */
  private void ask(String server) {
    byte[] question = question("steady.default.svc.fsn1.internal");
    byte[] answer = new byte[512];
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(2000);
      while (!over.get()) {
        asked.incrementAndGet();
        question[1]++;
        socket.send(
            new DatagramPacket(question, question.length, InetAddress.ofLiteral(server), 1053));
        try {
          DatagramPacket reply = new DatagramPacket(answer, answer.length);
          socket.receive(reply);
          if ((answer[3] & 0xf) != 0 || answer[7] != 1) {
            lost.incrementAndGet();
          }
        } catch (SocketTimeoutException e) {
          lost.incrementAndGet();
        }
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      }
    } catch (IOException e) {
      lost.incrementAndGet();
    }
  }

  private static byte[] question(String name) {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes(new byte[] {0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (String label : name.split("\\.", -1)) {
      wire.write(label.length());
      wire.writeBytes(label.getBytes(US_ASCII));
    }
    wire.writeBytes(new byte[] {0, 0, 1, 0, 1});
    return wire.toByteArray();
  }

  private static Size size(Served bridge) throws IOException {
    long pid = bridge.process().pid();
    jcmd(pid, "GC.run");
    Matcher heap = HEAP.matcher(jcmd(pid, "GC.heap_info"));
    long used = 0;
    for (int i = 0; i < 2 && heap.find(); i++) { // both generations of the serial collector
      used += Long.parseLong(heap.group(1));
    }
    Path process = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      return new Size(
          used, number(process, "Threads:"), descriptors.count(), number(process, "VmRSS:"));
    }
  }

  private static long number(Path process, String key) throws IOException {
    return Files.readAllLines(process.resolve("status")).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private static String jcmd(long pid, String command) {
    Path program = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try (NativeProcess process = NativeProcess.start(program, Long.toString(pid), command)) {
      assertThat(process.awaitEnd(Served.TIMEOUT)).as(process.output()).isZero();
      return process.output();
    }
  }

  private static Served serve(
      Installation installation,
      FaultProxy proxy,
      RegionCluster cluster,
      String node,
      String address)
      throws IOException {
    Path kubeconfig =
        Files.writeString(
            directory.resolve("kubeconfig-" + node), proxy.kubeconfig(cluster.kubeconfig()));
    Path config =
        Files.writeString(
            directory.resolve(node + ".yaml"),
            """
            region: {name: fsn1}
            dns: {listen: ['%1$s:1053'], threads: 1, drain: 0s}
            overlay: {mode: none}
            admin: {listen: '%1$s:8053'}
            """
                .formatted(address));
    return new Served(
        installation
            .command(List.of(), "serve", "--config", config.toString())
            .environment("NODE_NAME", node)
            .environment("POD_NAMESPACE", "region-bridge")
            .environment("KUBECONFIG", kubeconfig.toString())
            .start(),
        address);
  }
}
