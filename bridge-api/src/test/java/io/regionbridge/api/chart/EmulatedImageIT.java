package io.regionbridge.api.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image for arm64 by user-mode emulation: its runtime, its native libraries and the data plane.
 * The kernel is this machine's.
 */
class EmulatedImageIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir private static Path directory;
  private static Path qemu;
  private static Image image;

  @BeforeAll
  static void unpack() throws IOException {
    assumeTrue(Image.tarball().isPresent(), "there is no image: mvn -Pimage package makes one");
    qemu = NativeTool.find("qemu-aarch64-static");
    Path layout = Files.createDirectories(directory.resolve("layout"));
    Image.tar("-xf", Image.tarball().orElseThrow().toString(), "-C", layout.toString());
    image = Image.unpack(layout, "arm64", directory.resolve("root"));
  }

  @Test
  void checksAConfigurationAndAnswersQueries() throws IOException {
    int dns = FreePorts.next();
    Path manifest = directory.resolve("services.yaml");
    Files.writeString(
        manifest,
        """
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { clusterIP: None, ports: [{ port: 80 }] }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
        addressType: IPv4
        ports: [{ port: 80 }]
        endpoints: [{ addresses: [10.52.1.7] }]
        """,
        UTF_8);
    Path config = directory.resolve("bridge.yaml");
    Files.writeString(
        config,
        """
        region: { name: mn, podCIDRs: [10.52.0.0/16] }
        dns: { listen: ["127.0.0.1:%d"] }
        directory: { files: [%s] }
        kubernetes: { enabled: false }
        admin: { listen: "127.0.0.1:%d" }
        """
            .formatted(dns, manifest, FreePorts.next()),
        UTF_8);

    assertThat(Helm.run(qemu, java("check-config", "--config", config.toString())).succeeded())
        .contains("ok, region mn");
    try (NativeProcess bridge =
        NativeProcess.start(
            qemu, java("serve", "--config", config.toString()).toArray(String[]::new))) {
      bridge.awaitLine(Pattern.compile("region-bridge ready: "), PATIENCE);
      for (String transport : List.of("+notcp", "+tcp")) {
        List<String> question =
            List.of(
                "@127.0.0.1",
                "-p" + dns,
                "+short",
                "+time=60",
                transport,
                "web.shop.svc.mn.internal");
        assertThat(Helm.run(NativeTool.find("dig"), question).succeeded()).contains("10.52.1.7");
      }
    }
  }

  @Test
  void showsTheDemo() throws IOException {
    assertThat(Helm.run(qemu, java("demo", "--once")).succeeded()).contains("All of it held.");
  }

  /**
   * The launcher is a script, and its shell would be this machine's: the JVM as it starts it, but
   * without the compiler that emulation makes slower than what it compiles is worth.
   */
  private static List<String> java(String... command) throws IOException {
    Path home = image.root().resolve("opt/region-bridge");
    List<String> line = new ArrayList<>(List.of("-L", image.root().toString()));
    line.add(home.resolve("runtime/bin/java").toString());
    Files.readAllLines(home.resolve("lib/java.options")).stream()
        .filter(option -> !option.isBlank() && !option.startsWith("#"))
        .forEach(line::add);
    line.add("-XX:TieredStopAtLevel=1");
    line.addAll(List.of("-cp", home.resolve("lib") + "/*", "io.regionbridge.api.cli.Main"));
    line.addAll(List.of(command));
    return line;
  }
}
