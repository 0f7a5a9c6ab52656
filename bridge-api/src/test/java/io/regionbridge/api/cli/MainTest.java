package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MainTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void saysThatAConfigurationIsFine() throws Exception {
    Path file = config("{region: {name: fsn1}, regions: [{name: mn}]}");
    assertThat(run(Map.of(), "check-config", "--config", file.toString())).isEqualTo(ExitCode.OK);
    assertThat(out).hasToString(file + ": ok, region fsn1 (fsn1.internal), 1 declared peer\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void printsEveryProblemOfAConfigurationOnALineOfItsOwn() throws Exception {
    Path file = config("{region: {nam: fsn1}, dns: {ttl: \"5\\n\"}}");
    Map<String, String> environment = Map.of("REGION_BRIDGE_DNS_THREADS", "many");
    assertThat(run(environment, "check-config", "--config", file.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString().lines())
        .containsExactly(
            file + ": region.name: is missing; write the region's short name, such as fsn1",
            file + ": region.nam: is no key of the configuration; did you mean region.name?",
            file
                + ": dns.ttl: is no duration: \"5\\n\"; write a whole number and a unit, such as"
                + " 1500ms, 5s, 2m or 1h",
            file
                + ": REGION_BRIDGE_DNS_THREADS: is no whole number: \"many\"; write a whole number"
                + " from 0 to 64");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void warnsOfWhatIsHardlyMeantAndOfManifestsThatAreNotThere() throws Exception {
    Path file =
        config(
            "{region: {name: a, domain: a.local}, directory: {files: [b.yaml]},"
                + " kubernetes: {enabled: false}}");
    assertThat(run(Map.of(), "check-config", "--config", file.toString())).isEqualTo(ExitCode.OK);
    assertThat(err.toString().lines())
        .containsExactly(
            file
                + ": warning: region.domain: hosts may ask for .local by multicast DNS instead:"
                + " \"a.local\"; choose a name below .internal",
            file
                + ": warning: directory.files: there is no file "
                + directory.resolve("b.yaml")
                + " yet");
  }

  @Test
  void saysWhyAConfigurationCannotBeRead() {
    Path file = directory.resolve("none.yaml");
    assertThat(run(Map.of(), "check-config", "--config", file.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .hasToString(file + ": there is no such file; write it, or name another with --config\n");
    assertThat(run(Map.of(), "check-config", "--config", directory.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).endsWith(directory + ": it is a directory; name a YAML file\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                        | a command is missing; see region-bridge --help",
        "--verbose                 | a command is missing; see region-bridge --help",
        "check-confg               | unknown command \"check-confg\", did you mean check-config?",
        "make-coffee               | unknown command \"make-coffee\"; see region-bridge --help",
        "--versoin                 | unknown command \"--versoin\", did you mean --version?",
        "check-config              | check-config: --config FILE is missing; see region-bridge"
            + " check-config --help",
        "check-config --conf a     | check-config: unknown option --conf, did you mean --config?",
        "check-config --config     | check-config: --config needs a value",
        "check-config --config=    | check-config: --config needs a value",
        "check-config --config=a b | check-config: unexpected \"b\"",
        "check-config --config a -- --help | check-config: unexpected \"--help\"",
        "check-config --config a --config b | check-config: --config is given twice",
        "check-config --help=yes   | check-config: --help takes no value",
      })
  void explainsWrongUsageInOneLine(String arguments, String expected) {
    List<String> args = arguments.isEmpty() ? List.of() : List.of(arguments.split(" ", -1));
    assertThat(run(Map.of(), args)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).startsWith("region-bridge: " + expected);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void helpsWithAllCommandsAndWithEach() {
    assertThat(run(Map.of(), "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains(
            "Usage: region-bridge COMMAND\n",
            "  check-config  Validate a configuration file.\n",
            "  --version  Print the version and exit.\n");
    assertThat(run(Map.of(), "check-config", "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .endsWith(
            """
            Usage: region-bridge check-config --config FILE

            Validate a configuration file.
            Environment variables that override it are part of it. Prints every problem with
            its path in the file, and exits 2 if there is one.

            Options:
              --config FILE  The configuration file.
              --verbose      Show where in the code an error came from.
              --help         Print this and exit.
            """);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void printsItsVersion() {
    assertThat(run(Map.of(), "--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("region-bridge ");
  }

  @Test
  void printsAFailureInOneLineAndItsCauseOnlyWhenAskedTo() {
    CommandFailure failure =
        new CommandFailure("port 1053 is taken; stop the other", new IOException("in use"));
    assertThat(failing(failure, "fail")).isEqualTo(ExitCode.FAILED);
    assertThat(err).hasToString("region-bridge: port 1053 is taken; stop the other\n");
    assertThat(failing(failure, "fail", "--verbose")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("IOException: in use", "at " + getClass().getName());
    assertThat(failing(CommandFailure.usage("no such region"), "fail")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void ownsUpToABugInOneLine() {
    assertThat(failing(new IllegalStateException("two\nlines"), "fail")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString().lines())
        .containsExactly(
            "region-bridge: internal error: java.lang.IllegalStateException: two;"
                + " --verbose shows where");
    assertThat(failing(new IllegalStateException("again"), "--verbose", "fail"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("\tat ");
  }

  private Path config(String yaml) throws IOException {
    return Files.writeString(directory.resolve("bridge.yaml"), yaml);
  }

  private int run(Map<String, String> environment, String... args) {
    return run(environment, List.of(args));
  }

  private int run(Map<String, String> environment, List<String> args) {
    Terminal terminal = terminal(environment);
    return new Main(terminal, Main.commands(terminal)).run(args);
  }

  private int failing(RuntimeException failure, String... args) {
    return new Main(terminal(Map.of()), List.of(new FailingCommand(failure))).run(List.of(args));
  }

  private Terminal terminal(Map<String, String> environment) {
    return new Terminal(new PrintWriter(out), new PrintWriter(err), environment);
  }

  private record FailingCommand(RuntimeException failure) implements Command {
    @Override
    public Syntax syntax() {
      return new Syntax("fail", "Fail.", "", List.of(), List.of());
    }

    @Override
    public int run(Arguments arguments) {
      throw failure;
    }
  }
}
