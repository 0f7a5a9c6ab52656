package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.regionbridge.api.config.ConfigReader;
import io.regionbridge.api.config.ConfigResult;
import io.regionbridge.api.lifecycle.Bridge;
import io.regionbridge.testkit.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
      assertThat(run("status", "--url", url, "--output=yaml")).isEqualTo(ExitCode.OK);
      assertThat(out.toString()).contains("\n  domain: fsn1.internal\n");
    }
  }

  @Test
  void showsItAgainUntilThatIsEnough() throws Exception {
    Bridge bridge = bridge();
    try {
      String url = "http://127.0.0.1:" + bridge.httpAddresses().getFirst().getPort();
      int[] left = {2};
      StatusCommand watch =
          new StatusCommand(
              new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of(), true),
              _ -> {
                if (left[0] == 1) {
                  bridge.close();
                }
                return left[0]-- > 0;
              });
      Commands commands =
          Commands.of(
              new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of()), List.of(watch));
      assertThat(commands.run(List.of("status", "-w", "--url", url))).isEqualTo(ExitCode.OK);
      assertThat(out.toString().split("\\u001B\\[H\\u001B\\[2J", -1)).hasSize(3);
      assertThat(out.toString()).contains("\u001B[2Jno bridge answers at " + url);
    } finally {
      bridge.close();
    }
  }

  @Test
  void showsItsTokenAndTrustsTheCertificatesOfAFile(@TempDir Path directory) throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=fsn1")
            .addSanIpAddress(InetAddress.ofLiteral("127.0.0.1"))
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path crt = Files.writeString(directory.resolve("tls.crt"), certificate.getCertificatePathPEM());
    Path key = Files.writeString(directory.resolve("tls.key"), certificate.getPrivateKeyPEM());
    Path token = Files.writeString(directory.resolve("token"), "0123456789abcdef\n");
    String admin = ", tokenFile: %s, tls: { certificate: %s, key: %s }".formatted(token, crt, key);
    try (Bridge bridge = bridge(admin)) {
      String url = "https://127.0.0.1:" + bridge.httpAddresses().getFirst().getPort();
      String[] trusting = {"status", "--url", url, "--ca", crt.toString()};
      assertThat(run(trusting)).isEqualTo(ExitCode.FAILED);
      assertThat(err.toString()).contains("needs a token; name the file that holds it");
      String[] all = Arrays.copyOf(trusting, 7);
      all[5] = "--token-file";
      all[6] = token.toString();
      assertThat(run(all)).as(err.toString()).isEqualTo(ExitCode.OK);
      assertThat(run("status", "--url", url)).isEqualTo(ExitCode.FAILED);
      assertThat(out + "" + err).doesNotContain("0123456789abcdef");
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
    return bridge("");
  }

  private static Bridge bridge(String admin) throws Exception {
    String yaml =
        """
        region: { name: fsn1 }
        dns: { listen: ["127.0.0.1:0"], threads: 1 }
        kubernetes: { enabled: false }
        admin: { listen: "127.0.0.1:0" %s }
        """
            .formatted(admin);
    if (ConfigReader.read(yaml, Path.of("/"), Map.of())
        instanceof ConfigResult.Valid(var config, _)) {
      return Bridge.start(config);
    }
    throw new AssertionError("bad configuration");
  }

  private int run(String... args) {
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    return Main.run(terminal, List.of(args));
  }
}
