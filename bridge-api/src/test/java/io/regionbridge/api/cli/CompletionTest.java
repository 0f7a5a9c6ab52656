package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts in the shells that they are for. */
final class CompletionTest {
  @TempDir Path directory;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "region-bridge st|status",
        "region-bridge --v|--version",
        "region-bridge status --wa|--watch",
        "region-bridge status -o y|yaml",
        "region-bridge status --output _|table,wide,json,yaml",
        "region-bridge trace --view _|pods,cluster",
        "region-bridge trace a.b AA|AAAA",
        "region-bridge completion _|bash,zsh,--verbose,--help",
        "region-bridge serve --config conf|config.yaml",
        "region-bridge status --url _|''",
      })
  void completesInBash(String typed, String expected) throws Exception {
    Files.createFile(directory.resolve("config.yaml"));
    Path script = Files.writeString(directory.resolve("completion"), script("bash"));
    String program =
        """
        source '%s'
        COMP_WORDS=(%s)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _region_bridge
        (IFS=,; echo "${COMPREPLY[*]}")
        """
            .formatted(script, typed.replace(" _", " ''"));
    assertThat(run("bash", "--norc", "-c", program).strip()).isEqualTo(expected);
  }

  @Test
  void isGoodZsh() throws Exception {
    Path zsh = NativeTool.find("zsh");
    Path script = Files.writeString(directory.resolve("completion"), script("zsh"));
    String program =
        "autoload -Uz compinit && compinit -u -d '%s' && source '%s' && print $_comps[region-bridge]"
            .formatted(directory.resolve("dump"), script);
    assertThat(run(zsh.toString(), "-f", "-c", program)).isEqualTo("_region_bridge\n");
    assertThat(script("zsh"))
        .contains("'(--output -o)-o[table or wide; json or yaml for programs.]:FORMAT:(table wide")
        .contains("'2:SHELL:(bash zsh)'", "'3:TYPE:(A AAAA", "'status:Show the regions");
  }

  private static String script(String shell) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    Terminal terminal = new Terminal(writer, writer, Map.of());
    int code = new Main(terminal, Main.commands(terminal)).run(List.of("completion", shell));
    assertThat(code).as(out.toString()).isEqualTo(ExitCode.OK);
    return out.toString();
  }

  private String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
