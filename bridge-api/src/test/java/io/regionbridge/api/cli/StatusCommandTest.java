package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.assembly.Bridge;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.testkit.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatusCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void asksARunningBridge() throws Exception {
    try (Bridge bridge = bridge()) {
      String url = "http://127.0.0.1:" + bridge.httpAddresses().getFirst().getPort() + "/";
      assertThat(run("status", "--url", url)).as(err.toString()).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).startsWith("region fsn1 (fsn1.internal): ");
      assertThat(run("status", "--url", url, "-o", "json")).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("\n{\n").contains("\"domain\" : \"fsn1.internal\"");
    }
  }

  @Test
  void saysWhereItFoundNobody() {
    String url = "http://127.0.0.1:" + FreePorts.next();
    assertThat(run("status", "--url", url)).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString())
        .startsWith("region-bridge: no bridge answers at " + url + ": ")
        .hasLineCount(1);
  }

  @ParameterizedTest(name = "status {0} {1}")
  @CsvSource({"-o, xml", "--url, 'not a url'", "--url, 'file:///etc'"})
  void takesNoNonsense(String option, String value) {
    assertThat(run("status", option, value)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).startsWith("region-bridge: ").hasLineCount(1);
  }

  private static Bridge bridge() throws Exception {
    String yaml =
        """
        region: { name: fsn1 }
        dns: { listen: ["127.0.0.1:0"], threads: 1 }
        kubernetes: { enabled: false }
        admin: { listen: "127.0.0.1:0" }
        """;
    if (ConfigReader.read(yaml, Path.of("/"), Map.of())
        instanceof ConfigResult.Valid(var config, _)) {
      return Bridge.start(config);
    }
    throw new AssertionError("bad configuration");
  }

  private int run(String... args) {
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    return new Main(terminal, Main.commands(terminal)).run(List.of(args));
  }
}
