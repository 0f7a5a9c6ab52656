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
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** A cell of the table that {@code lab break} prints: {@code 3 of 700}. */
  private static final Pattern COUNT = Pattern.compile("(\\d+) of (\\d+)");

  /** Milliseconds from the failure to the last connection that fails. */
  private static final int CONNECTIONS_BACK = 3_000;

  private static final Pattern TIME = Pattern.compile("(\\d+) ms");

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
    assertThat(lab("up").code()).as("exit code of lab up").isZero();
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
    Ended check = lab("check");
    assertThat(check.output()).contains("ok ").doesNotContain("FAILED");
    assertThat(check.code()).isZero();
  }

  /** The bridge of the active gateway, and its whole node. */
  @ParameterizedTest
  @ValueSource(strings = {"gateway", "node"})
  @Order(2)
  void noKnownNameIsLostAndConnectionsAreSoonBackWhenTheActiveGatewayDies(String kind)
      throws IOException, InterruptedException {
    String row = broken(kind);
    assertThat(counts(row)).as(row).hasSize(3);
    nothingLostOfMany(counts(row).getFirst());
    if (kind.equals("gateway")) { // a node that returns refuses new names for half a second
      nothingLostOfMany(counts(row).get(1));
    }
    assertThat(times(row).getLast()).as(row).isLessThan(CONNECTIONS_BACK);
  }

  @Test
  @Order(3)
  void theScenarioHoldsAfterwards() throws IOException, InterruptedException {
    assertThat(lab("check").output()).contains("ok ").doesNotContain("FAILED");
  }

  private static void nothingLostOfMany(MatchResult count) {
    assertThat(Integer.parseInt(count.group(1))).isZero();
    assertThat(Integer.parseInt(count.group(2))).isGreaterThan(100);
  }

  /** The row of the table for one kind of failure. */
  private static String broken(String kind) throws IOException, InterruptedException {
    Ended ended = lab("break", kind);
    assertThat(ended.code()).as("exit code of lab break " + kind).isZero();
    return ended.output().lines().toList().getLast();
  }

  private static List<MatchResult> counts(String row) {
    return COUNT.matcher(row).results().toList();
  }

  private static List<Integer> times(String row) {
    return TIME.matcher(row).results().map(found -> Integer.valueOf(found.group(1))).toList();
  }

  private static Ended lab(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), "lab"));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("lab", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(output.toFile());
    builder.environment().putAll(Map.of("REGION_BRIDGE_LAB", NAME));
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended).as("%s ends within %s", command, PATIENCE).isTrue();
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
