package io.regionbridge.api.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scenario on the lab, from start to failover and back: real API servers, CoreDNS, WireGuard,
 * NATS, Postgres and etcd in network namespaces, and the bridges as the chart starts them. Needs
 * root; runs with {@code mvn verify -Pe2e}, after the distribution is there.
 */
@TestMethodOrder(OrderAnnotation.class)
class LabE2E {
  private static final String NAME = "e2e" + ProcessHandle.current().pid();
  private static final Path LAUNCHER = Path.of("../region-bridge").toAbsolutePath().normalize();
  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final Duration TIMEOUT = Duration.ofMinutes(8);

  /** What the lab is started with: {@code -Dlab.up="--cni cilium"}. */
  private static final List<String> UP = words("lab.up", "");

  /** Whether Tailscale decides by which router a region's pods are reached. */
  private static final boolean TAILNET = UP.contains("tailscale");

  /**
   * A machine as busy as it likes: far from what the README gives, near enough to be no outage. The
   * lab's tailnet moves a range 15 s after its router was heard last.
   */
  private static final int BACK_WITHIN_MILLIS = TAILNET ? 30_000 : 15_000;

  /** What a command printed on standard output, and how it ended. */
  private record Ended(int code, String output) {}

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    List.of("ip", "nft", "wg", "wireguard-go", "etcd", "kube-apiserver", "kubectl", "helm")
        .forEach(NativeTool::find);
    List.of("coredns", "nats-server", "psql", "jq", "curl", "openssl", "dig", "setpriv")
        .forEach(NativeTool::find);
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "the lab makes namespaces: run as root");
    Assumptions.assumeTrue(
        Files.exists(Path.of("/dev/net/tun")),
        "the lab makes TUN devices: there is no /dev/net/tun");
    Assumptions.assumeTrue(
        mayMakeNamespaces(), "the lab makes namespaces, which is not allowed here");
    List<String> up = new ArrayList<>(List.of("up"));
    up.addAll(UP);
    assertThat(lab(up.toArray(String[]::new)).code()).as("exit code of lab %s", up).isZero();
  }

  private static boolean mayMakeNamespaces() throws IOException, InterruptedException {
    String name = "rb-" + NAME + "-try";
    return ended("ip", "netns", "add", name).code() == 0
        && ended("ip", "netns", "exec", name, "true").code() == 0
        && ended("ip", "netns", "delete", name).code() == 0;
  }

  @AfterAll
  static void stop() throws IOException, InterruptedException {
    if (ours().isEmpty()) {
      return;
    }
    assertThat(lab("down").code()).as("exit code of lab down").isZero();
    assertThat(ours()).as("namespaces that are left").isEmpty();
  }

  @Test
  @Order(1)
  void namesNatsPostgresAndTheStoreWorkAcrossRegions() throws IOException, InterruptedException {
    scenarioHolds();
  }

  private static List<String> breaks() {
    return words("lab.breaks", "gateway node");
  }

  private static List<String> words(String property, String otherwise) {
    return Pattern.compile(" ")
        .splitAsStream(System.getProperty(property, otherwise))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /**
   * The bridge of the active gateway, and then the whole node to which the role has moved; or what
   * {@code -Dlab.breaks} names.
   */
  @ParameterizedTest
  @MethodSource("breaks")
  @Order(2)
  void clientsThatAskTwiceLoseNoNameAndConnectAgainAfterEachBreak(
      String kind, @TempDir Path results) throws IOException, InterruptedException {
    Ended ended = lab("break", kind, "--gone", "60", "--results", results.toString());
    assertThat(ended.code()).as("exit code of lab break " + kind).isZero();
    assertThat(ended.output()).contains("| 1 |");
    Map<String, Integer> found = found(results.resolve(kind + ".1"));
    assertThat(found.get("known")).as("questions for a known name").isGreaterThan(100);
    assertThat(found.get("new")).as("questions for new names").isGreaterThan(100);
    assertThat(found.get("names_given_up")).as("%s", found).isZero();
    assertThat(found.get("tcp")).as("connections").isGreaterThan(50);
    assertThat(found.get("tcp_recovered")).as("%s", found).isLessThan(BACK_WITHIN_MILLIS);
    if (kind.equals("gateway") || kind.equals("node") && !TAILNET) {
      assertThat(found.get("moves")).as("moves of the role").isPositive();
    }
  }

  /** Local pods, the nearest region when they end, the next one when that is cut off, and back. */
  @Test
  @Order(3)
  void oneNameOverAllRegionsLeadsToTheNearestThatHasPods(@TempDir Path results)
      throws IOException, InterruptedException {
    Ended ended = lab("nearest", "--results", results.toString());
    assertThat(ended.code()).as("exit code of lab nearest").isZero();
    Map<String, Integer> found = found(results.resolve("nearest.1"));
    assertThat(found.get("here_failed")).as("%s", found).isZero();
    for (String phase : List.of("gone", "cut", "returned", "back")) {
      assertThat(found.get(phase + "_tries")).as(phase).isGreaterThan(30);
      // Its last attempts led where they should: each phase lasts five seconds or longer.
      assertThat(found.get(phase + "_moved")).as("%s of %s", phase, found).isLessThan(5_000);
    }
  }

  @Test
  @Order(4)
  void theScenarioHoldsAfterwards() throws IOException, InterruptedException {
    scenarioHolds();
  }

  private static void scenarioHolds() throws IOException, InterruptedException {
    Ended check = lab("check", "--within", "120");
    assertThat(check.output()).contains("ok ").doesNotContain("FAILED");
    assertThat(check.code()).isZero();
  }

  /** What one run of {@code lab break} has written: numbers by name. */
  private static Map<String, Integer> found(Path file) throws IOException {
    return Files.readAllLines(file, UTF_8).stream()
        .map(line -> line.split("=", 2))
        .filter(pair -> pair[1].matches("\\d+"))
        .collect(Collectors.toMap(pair -> pair[0], pair -> Integer.valueOf(pair[1])));
  }

  private static Ended lab(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), "lab"));
    command.addAll(List.of(arguments));
    return ended(command.toArray(String[]::new));
  }

  private static Ended ended(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("lab", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(output.toFile());
    builder.environment().putAll(Map.of("REGION_BRIDGE_LAB", NAME));
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended).as("%s ends within %s", List.of(command), TIMEOUT).isTrue();
      String text = Files.readString(output, UTF_8);
      System.out.print(text);
      return new Ended(process.exitValue(), text);
    } finally {
      process.destroy();
      Files.delete(output);
    }
  }

  private static List<String> ours() throws IOException {
    if (!Files.isDirectory(NAMESPACES)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(NAMESPACES)) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("rb-" + NAME + "-"))
          .toList();
    }
  }
}
