package io.regionbridge.api.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the build runs once to record which classes a start needs (JEP 514), for the AOT cache that
 * the launcher uses. Not a command: it does in one process what users do in several, with no trace
 * outside a temporary directory. A step that fails fails the build.
 */
final class TrainingRun {
  private static final String CONFIG =
      """
      region: { name: fsn1, podCIDRs: [10.42.0.0/16], serviceCIDRs: [10.43.0.0/16] }
      dns: { listen: ["127.0.0.1:1053", "[::1]:1053"], allow: [127.0.0.0/8], ttl: 5s }
      overlay: { mode: none }
      kubernetes: { enabled: false }
      directory: { files: [services.yaml] }
      regions:
        - { name: mn, podCIDRs: [10.52.0.0/16], gateways: [127.0.0.11, "127.0.0.12:1053"] }
      """;

  private TrainingRun() {}

  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory("region-bridge-training");
    Path good = directory.resolve("good.yaml");
    Path bad = directory.resolve("bad.yaml");
    try {
      Files.writeString(good, CONFIG);
      Files.writeString(bad, CONFIG + "dns: { ttl: 5 }\nextra: {}\n");
      step(ExitCode.OK, "--version");
      step(ExitCode.OK, "--help");
      step(ExitCode.OK, "check-config", "--config", good.toString());
      step(ExitCode.USAGE, "check-config", "--config", bad.toString());
    } finally {
      Files.deleteIfExists(good);
      Files.deleteIfExists(bad);
      Files.delete(directory);
    }
    // As every command ends. Leaving main would leave out what the JDK loads to end a process.
    System.exit(ExitCode.OK);
  }

  private static void step(int expected, String... args) {
    StringWriter printed = new StringWriter();
    PrintWriter writer = new PrintWriter(printed);
    Terminal terminal = new Terminal(writer, writer, environment());
    int exitCode = new Main(terminal, Main.commands(terminal)).run(List.of(args));
    if (exitCode != expected) {
      throw new IllegalStateException(
          "%s exited %d, not %d: %s"
              .formatted(String.join(" ", args), exitCode, expected, printed));
    }
  }

  /** That of the build, but for what could override the training's configuration. */
  private static Map<String, String> environment() {
    return System.getenv().entrySet().stream()
        .filter(variable -> !variable.getKey().startsWith("REGION_BRIDGE_"))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
