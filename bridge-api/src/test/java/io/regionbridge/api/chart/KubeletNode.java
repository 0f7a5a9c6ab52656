package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A cluster of one node with a real kubelet and containerd, in namespaces and cgroups of its own;
 * see the script {@code node}. Closing it ends and removes all of it.
 */
final class KubeletNode implements AutoCloseable {
  static final String ADDRESS = Place.FIRST.address();

  /** The only image that is there from the first. */
  static final String BUSYBOX_IMAGE = "localhost/pause:1";

  private static final Duration START = Duration.ofMinutes(3);
  private static final Path SCRIPT =
      Path.of("src/test/resources/io/regionbridge/api/chart/node").toAbsolutePath();
  private static final List<String> TOOLS =
      List.of(
          "kubelet",
          "kube-scheduler",
          "kube-controller-manager",
          "kube-apiserver",
          "kubectl",
          "etcd",
          "containerd",
          "runc",
          "docker-registry",
          "skopeo",
          "busybox",
          "openssl",
          "ip");

  private final String name;
  private final NativeProcess node;
  private final long first;
  private final List<String> prefix;

  /**
   * Where a cluster is in the network that nodes share.
   *
   * @param letter the end of its node's name, another one for each cluster of this process
   * @param address of the node, in 192.0.2.0/24
   * @param pods the range of its pods, 16 bits long
   * @param services the range of its ClusterIPs, 16 bits long
   */
  record Place(String letter, String address, String pods, String services) {
    static final Place FIRST = new Place("a", "192.0.2.10", "10.52.0.0/16", "10.43.0.0/16");
    static final Place SECOND = new Place("b", "192.0.2.20", "10.42.0.0/16", "10.44.0.0/16");
  }

  private KubeletNode(String name, NativeProcess node, Path kubeconfig) {
    this.name = name;
    this.node = node;
    first = ProcessHandle.of(node.pid()).orElseThrow().children().findFirst().orElseThrow().pid();
    this.prefix =
        List.of(
            "/usr/bin/nsenter",
            "--target=" + first,
            "--all",
            "/usr/bin/env",
            "KUBECONFIG=" + kubeconfig);
  }

  /** Starts one at the first place. */
  static KubeletNode start(Path directory) throws IOException {
    return start(directory, Place.FIRST);
  }

  /**
   * Starts one; skips the test, saying why, where it cannot run.
   *
   * @param directory for its logs and configuration
   */
  static KubeletNode start(Path directory, Place place) throws IOException {
    need("root".equals(System.getProperty("user.name")), "only root can run a kubelet");
    need(
        Files.readString(Path.of("/proc/self/cgroup")).contains(":memory:"),
        "there are no hierarchies of cgroups version 1, which is what this test knows");
    String path =
        TOOLS.stream()
                .map(tool -> NativeTool.find(tool).getParent())
                .distinct()
                .map(Path::toString)
                .reduce("", (a, b) -> a + b + ":")
            + System.getenv("PATH");
    String name = "rbk" + ProcessHandle.current().pid() + place.letter();
    NativeProcess node =
        NativeProcess.command(SCRIPT, "start", name, directory.toString())
            .environment("PATH", path)
            .environment("NODE_ADDRESS", place.address())
            .environment("NODE_PODS", place.pods())
            .environment("NODE_SERVICES", place.services())
            .start();
    try {
      node.awaitLine(Pattern.compile("^node ready"), START);
      return new KubeletNode(name, node, directory.resolve("kubeconfig"));
    } catch (AssertionError e) {
      String logs = logs(directory);
      end(node, name);
      throw new AssertionError(e.getMessage() + logs, e);
    }
  }

  private static void need(boolean there, String otherwise) {
    if (!there) {
      // The console of the build shows that a test was skipped, but not why.
      System.err.println("SKIPPED: a kubelet's test: " + otherwise);
      Assumptions.abort(otherwise);
    }
  }

  /** Of the node, in the API server and as its host name. */
  String name() {
    return name;
  }

  /** Puts this node and another one into one network. */
  void join(KubeletNode other) {
    Helm.run(SCRIPT, List.of("wire", Long.toString(first), Long.toString(other.first))).succeeded();
  }

  /** What runs a program on the node: its network, its files under /run, its processes. */
  List<String> prefix() {
    return prefix;
  }

  @Override
  public void close() {
    end(node, name);
  }

  private static void end(NativeProcess node, String name) {
    node.kill(); // and everything in its namespace of processes with it
    node.close();
    Helm.run(SCRIPT, List.of("sweep", name)).succeeded();
  }

  /** The last lines of each program, for the message of a failure. */
  static String logs(Path directory) {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        List<String> lines = Files.readAllLines(file, UTF_8);
        all.append("\n--- ").append(file.getFileName()).append('\n');
        lines
            .subList(Math.max(0, lines.size() - 15), lines.size())
            .forEach(line -> all.append(line).append('\n'));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toString();
  }
}
