package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.cli.ServeRequest.Role;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one thing that is not left to picocli, and that it is what picocli would make of it. */
final class ServeRequestTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve --config /etc/region-bridge/config.yaml",
        "serve --config status",
        "serve --config @arguments",
        "serve --config a=b",
        "serve --config 'quoted'",
        "serve --config ${x}",
        "serve --role agent --config /etc/region-bridge/config.yaml",
        "serve --role agent --config serve"
      })
  void isWhatPicocliWouldMakeOfTheSame(String typed) {
    List<String> words = List.of(typed.split(" ", -1));
    ServeRequest plain = ServeRequest.plain(words).orElseThrow();
    assertThat(plain).isEqualTo(byPicocli(words));
    assertThat(plain.config()).isEqualTo(Path.of(words.getLast()));
    assertThat(plain.role()).isEqualTo(typed.contains("agent") ? Role.AGENT : Role.BRIDGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve --config=a.yaml",
        "serve --role bridge --config a.yaml",
        "serve --role=agent --config a.yaml",
        "serve --config a.yaml --role agent",
        "serve --config a.yaml --role agent --clean-up",
        "serve --config a.yaml --verbose",
        "--verbose serve --config a.yaml"
      })
  void leavesOtherSpellingsToPicocli(String typed) {
    List<String> words = List.of(typed.split(" ", -1));
    assertThat(ServeRequest.plain(words)).isEmpty();
    ServeRequest request = byPicocli(words);
    assertThat(request.config()).isEqualTo(Path.of("a.yaml"));
    assertThat(request.role()).isEqualTo(typed.contains("agent") ? Role.AGENT : Role.BRIDGE);
    assertThat(request.cleanUp()).isEqualTo(typed.contains("--clean-up"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "serve --help",
        "serve --config",
        "serve --config --help",
        "serve --config -",
        "serve --config ",
        "serve --role bridge",
        "serve --role agents --config a",
        "check-config --config a",
        "serve --confg a",
        "serve --config a b",
        "serve --role agent --config --clean-up"
      })
  void leavesMistakesToPicocli(String typed) {
    assertThat(ServeRequest.plain(List.of(typed.split(" ", -1)))).isEmpty();
  }

  /** Real processes, told to say what they load: the one that serves, and one that does not. */
  @Test
  void startsWithoutPicocli() throws Exception {
    Path missing = directory.resolve("none.yaml");
    assertThat(loaded("plain", "serve", "--config", missing.toString()))
        .anyMatch(line -> line.contains(" " + Service.class.getName() + " "))
        .noneMatch(line -> line.contains(" picocli."));
    assertThat(loaded("agent", "serve", "--role", "agent", "--config", missing.toString()))
        .noneMatch(line -> line.contains(" picocli."));
    assertThat(loaded("other", "serve", "--config=" + missing))
        .anyMatch(line -> line.contains(" picocli.CommandLine "));
  }

  private List<String> loaded(String name, String... args) throws Exception {
    Path log = directory.resolve(name + ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + log,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends by itself").isTrue();
    assertThat(process.exitValue()).isEqualTo(ExitCode.USAGE);
    return Files.readAllLines(log);
  }

  private static ServeRequest byPicocli(List<String> words) {
    PrintWriter nobody = new PrintWriter(Writer.nullWriter());
    Command command = Commands.of(new Terminal(nobody, nobody, Map.of())).command(words);
    return ((ServeCommand) command).request();
  }
}
