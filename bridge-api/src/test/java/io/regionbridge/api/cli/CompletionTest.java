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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts in the shells that they are for. */
final class CompletionTest {
  /** In place of a program that asks a bridge: what it is asked with is what a test is about. */
  private static final String STUB =
      """
      #!/bin/sh
      [ "$1 $2" = "__complete --" ] || exit 1
      shift 2
      case "$*" in
        "names ") printf 'fsn1\\nmn\\n' ;;
        "names m") echo mn ;;
        "status --context e") printf 'east\\neu-west\\n' ;;
        "status --context eu") echo eu-west ;;
        "verify mn nats") echo nats.messaging.svc.mn.internal: ;;
        "trace a.b AA") echo AAAA ;;
      esac
      """;

  @TempDir Path directory;

  @BeforeEach
  void writeStub() throws IOException {
    Path stub = Files.writeString(directory.resolve("region-bridge"), STUB);
    assertThat(stub.toFile().setExecutable(true)).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "region-bridge st|status",
        "region-bridge --v|--verbose,--version",
        "region-bridge status --wa|--watch",
        "region-bridge status -o y|yaml",
        "region-bridge status --output _|table,wide,json,yaml",
        "region-bridge trace --view _|pods,cluster",
        "region-bridge trace a.b AA|AAAA",
        "region-bridge completion _|bash,zsh,fish",
        "region-bridge serve --config conf|config.yaml",
        "region-bridge status --url _|''",
        "region-bridge names _|fsn1,mn",
        "region-bridge status --context e|east,eu-west",
        "region-bridge verify mn nats|nats.messaging.svc.mn.internal:",
      })
  void completesInBash(String typed, String expected) throws Exception {
    Files.createFile(directory.resolve("config.yaml"));
    Path script = Files.writeString(directory.resolve("completion"), script("bash"));
    String program =
        """
        source '%s'
        function compopt { :; } # bash has it only while it completes
        COMP_WORDS=(%s)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        $(complete -p region-bridge | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
        (IFS=,; echo "${COMPREPLY[*]}")
        """
            .formatted(script, typed.replace(" _", " ''"));
    assertThat(run("bash", "--norc", "-c", program).strip()).isEqualTo(expected);
  }

  @Test
  void tellsFishOfCommandsOptionsAndTheirValues() throws Exception {
    assertThat(script("fish").lines())
        .allMatch(line -> line.startsWith("complete -c region-bridge -n "))
        .noneMatch(line -> line.contains("-a __complete"))
        .contains(
            "complete -c region-bridge -n __fish_use_subcommand -f -a completion -d 'Print a script"
                + " that completes command lines in bash, zsh or fish.'",
            "complete -c region-bridge -n '__fish_seen_subcommand_from status' -s o -l output -r -f"
                + " -a 'table wide json yaml' -d 'table (default), wide, json or yaml.'",
            "complete -c region-bridge -n '__fish_seen_subcommand_from serve' -l config -r -d 'The"
                + " bridge\\'s configuration file.'");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "region-bridge stat|status",
        "region-bridge status -o y|yaml",
        "'region-bridge names '|fsn1,mn",
        "region-bridge status --context e|east,eu-west",
        "region-bridge verify mn nats|nats.messaging.svc.mn.internal:",
        "region-bridge trace a.b AA|AAAA",
      })
  void completesInFish(String typed, String expected) throws Exception {
    Path fish = NativeTool.find("fish");
    Path script = Files.writeString(directory.resolve("completion.fish"), script("fish"));
    String program = "source '%s'; complete -C '%s'".formatted(script, typed);
    assertThat(
            run(fish.toString(), "--no-config", "-c", program)
                .lines()
                .map(line -> line.replaceFirst("\t.*", "")))
        .containsExactly(expected.split(","));
  }

  /** Types at a zsh on a terminal, and has it print what Tab made of that. */
  @Test
  void completesInZsh() throws Exception {
    Path zsh = NativeTool.find("zsh");
    Files.createFile(directory.resolve("config.yaml"));
    Path script = Files.writeString(directory.resolve("completion"), script("zsh"));
    String program =
        """
        zmodload zsh/zpty
        zpty shell '%s' -f -i
        zpty -w shell "PROMPT=; autoload -Uz compinit && compinit -u -d '%s'; source '%s'; print REA''DY"
        zpty -r -m shell line '*READY*'
        for typed in 'stat' 'status --wa' 'status -o y' 'trace a.b AA' 'serve --config conf' 'names m' 'status --context eu'; do
          zpty -w -n shell "region-bridge $typed"$'\\t\\x01'"print -r -- DO''NE '"$'\\x05'"' EN''D"$'\\n'
          zpty -r -m shell line '*DONE*END*'
          print -r -- ${${line##*DONE }%% END*}
        done
        zpty -d shell
        """
            .formatted(zsh, directory.resolve("dump"), script);
    assertThat(run("timeout", "60", zsh.toString(), "-f", "-c", program).lines().map(String::strip))
        .containsExactly(
            "region-bridge status",
            "region-bridge status --watch",
            "region-bridge status -o yaml",
            "region-bridge trace a.b AAAA",
            "region-bridge serve --config config.yaml",
            "region-bridge names mn",
            "region-bridge status --context eu-west");
  }

  private static String script(String shell) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    Terminal terminal = new Terminal(writer, writer, Map.of());
    int code = Main.run(terminal, List.of("completion", shell));
    assertThat(code).as(out.toString()).isEqualTo(ExitCode.OK);
    return out.toString();
  }

  private String run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().merge("PATH", directory + ":", (path, ours) -> ours + path);
    builder.environment().put("HOME", directory.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
