package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.testkit.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BundleCommandTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void collectsWhatARunningBridgeAndThisNodeSay() throws Exception {
    Path file = directory.resolve("a.zip");
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      assertThat(run("bundle", "--url", RegionPair.url(regions.fsn1()), "-o", file.toString()))
          .as(err.toString())
          .isZero();
    }
    assertThat(out.toString()).contains("wrote " + file + "; look through it before you send it");
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(text(zip, "bridge/status.json")).contains("\"fsn1\"", "\"mn\"");
      assertThat(text(zip, "bridge/metrics.txt")).contains("region_bridge_gateway_up");
      assertThat(text(zip, "bridge/trace-mn.json")).contains("mn.internal");
      assertThat(text(zip, "bridge/history.json")).contains("queriesPerSecond");
      assertThat(text(zip, "doctor.txt")).contains("bridge: region fsn1 is ready");
      assertThat(text(zip, "node/network.txt")).contains("name=lo");
      assertThat(text(zip, "README.txt")).contains("Secrets are removed");
    }
    assertThat(run("bundle", "-o", file.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains(file + " exists already; name another file with -o");
  }

  @Test
  void worksWithoutABridgeAndSaysWhatIsMissing() throws Exception {
    Path file = directory.resolve("b.zip");
    String url = "http://127.0.0.1:" + FreePorts.next();
    assertThat(run("bundle", "--url", url, "-o", file.toString())).isZero();
    assertThat(out.toString())
        .contains("bridge/status.json: not collected: no bridge answers at " + url)
        .doesNotContain("Exception");
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(text(zip, "README.txt")).contains("not collected: no bridge answers at " + url);
      assertThat(text(zip, "node/settings.txt")).contains("net.ipv4.ip_forward = ");
      assertThat(text(zip, "doctor.txt")).contains("failure  bridge: ");
    }
    assertThat(Files.size(file)).isLessThan(1_000_000);
  }

  private static String text(ZipFile zip, String part) throws IOException {
    assertThat(zip.getEntry(part)).as(part).isNotNull();
    return new String(
        zip.getInputStream(zip.getEntry(part)).readAllBytes(), StandardCharsets.UTF_8);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    return Main.run(terminal, List.of(arguments));
  }
}
