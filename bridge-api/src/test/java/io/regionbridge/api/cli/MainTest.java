package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class MainTest {
  /** A line of a help text that may be typed, without what a shell makes of it. */
  private static final Pattern EXAMPLE =
      Pattern.compile("(?m)^  (?:source <\\()?region-bridge ([^|)\n]+)");

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
  void warnsOfManifestsThatAreNotThere() throws Exception {
    Path file =
        config(
            "{region: {name: a}, directory: {files: [b.yaml]}, kubernetes: {enabled: false},"
                + " dns: {relay: {timeout: 5s}}}");
    assertThat(run(Map.of(), "check-config", "--config", file.toString())).isEqualTo(ExitCode.OK);
    assertThat(err.toString().lines())
        .containsExactly(
            file
                + ": warning: dns.relay.timeout: clients give up after 5s, before a stale answer"
                + " could be given: \"5s\"; write less than 5s",
            file
                + ": warning: directory.files: there is no file "
                + directory.resolve("b.yaml")
                + " yet");
  }

  @Test
  void takesRangesThatTwoRegionsClaimForAProblemThoughServeRunsWithThem() throws Exception {
    Path file =
        config(
            "{region: {name: a, podCIDRs: [10.1.0.0/16]},"
                + " regions: [{name: b, podCIDRs: [10.1.2.0/24]}]}");
    assertThat(run(Map.of(), "check-config", "--config", file.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .hasToString(
            file
                + ": regions[0].podCIDRs[0]: overlaps region.podCIDRs[0] (10.1.0.0/16):"
                + " \"10.1.2.0/24\"; regions that reach each other need ranges that do not"
                + " overlap: give one of them other ranges, or an alias in its"
                + " region.aliasRanges\n");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void readsTheManifestsAndSaysWhatIsWrongWithThemAndWhatIsHardlyMeant() throws Exception {
    Path good = directory.resolve("good.yaml");
    Files.writeString(
        good,
        """
        {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIp: 10.43.0.1}}
        ---
        {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,
          metadata: {name: a-1, labels: {kubernetes.io/service-name: a}},
          addressType: IPv4, endpoints: [{addresses: [10.9.0.1]}]}
        """);
    Path file =
        config(
            "{region: {name: a, podCIDRs: [10.1.0.0/16]}, directory: {files: [good.yaml]},"
                + " kubernetes: {enabled: false}}");
    assertThat(run(Map.of(), "check-config", "--config", file.toString())).isEqualTo(ExitCode.OK);
    assertThat(err.toString().lines())
        .containsExactly(
            good
                + ":1:74: warning: Service default/web: spec.clusterIp: no such key, it counts for"
                + " nothing; did you mean clusterIP?",
            good
                + ":5:47: warning: EndpointSlice default/a-1: endpoints[0].addresses[0]: 10.9.0.1"
                + " is outside region.podCIDRs, so other regions leave it out",
            good
                + ":3:1: warning: EndpointSlice default/a-1: metadata.labels: no file has its"
                + " Service default/a, so its endpoints are not served");

    err.getBuffer().setLength(0);
    Files.writeString(good, "{apiVersion: v1, kind: Servic, metadata: {name: web}}");
    assertThat(run(Map.of(), "check-config", "--config", file.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .hasToString(
            good
                + ":1:24: document 1: kind: \"Servic\" is no kind that is read; did you mean"
                + " Service?\n");

    err.getBuffer().setLength(0);
    Files.delete(good);
    Files.createDirectory(good);
    assertThat(run(Map.of(), "check-config", "--config", file.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).hasToString(good + ": it is a directory; list the files in it one by one\n");
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

  /** Each example is a command line that is understood, and of the command that it is given for. */
  @Test
  void givesExamplesThatCanBeTyped() {
    for (String name : commands()) {
      out.getBuffer().setLength(0);
      assertThat(run(Map.of(), name, "--help")).isEqualTo(ExitCode.OK);
      List<List<String>> examples =
          EXAMPLE
              .matcher(out.toString())
              .results()
              .map(found -> List.of(found.group(1).strip().split(" +")))
              .toList();
      assertThat(examples).as("examples of " + name).isNotEmpty();
      for (List<String> example : examples) {
        assertThat(example.getFirst()).isEqualTo(name);
        assertThat(Commands.of(terminal(Map.of())).command(example))
            .as(example.toString())
            .isNotNull();
      }
    }
  }

  private List<String> commands() {
    out.getBuffer().setLength(0);
    run(Map.of(), "--help");
    List<String> names =
        Pattern.compile("(?m)^  ([a-z-]+)  +[A-Z]")
            .matcher(out.toString())
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(names).hasSizeGreaterThan(10).contains("serve", "completion");
    return names;
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
        "check-config --verbose=yes | check-config: --verbose takes no value",
        "--confg check-config      | unknown command \"--confg\"; see region-bridge --help",
        "serve --config --role     | serve: --config needs a value",
        "serve                     | serve: --config FILE is missing; see region-bridge serve"
            + " --help",
        "serve --config a --role b | serve: --role is bridge or agent, not \"b\"",
        "trace                     | trace: NAME is missing",
        "trace a b c               | trace: unexpected \"c\"",
        "status -oxml              | status: --output is table, wide, json or yaml, not \"xml\"",
        "trace a --view=x          | trace: --view is pods or cluster, not \"x\"",
        "status --ulr=secret       | status: unknown option --ulr, did you mean --url?",
        "completion csh            | completion: SHELL is bash, zsh or fish, not \"csh\"",
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
            "Usage: region-bridge [-hV] [--verbose] COMMAND\n",
            "  check-config  Validate a configuration file.\n",
            "  -V, --version   Print the version and exit.\n",
            "  2   wrong usage or configuration\n");
    assertThat(run(Map.of(), "check-config", "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .endsWith(
            """
            Validate a configuration file.

            Usage: region-bridge check-config [-h] --config=FILE [--verbose]

            Prints every problem with its path in the file, and exits 2 if there is one.
            Environment variables that override keys are checked too, and so are the
            manifests of directory.files. Warnings do not change the exit code.

            Examples:
              region-bridge check-config --config region.yaml

            Options:
                  --config=FILE   The bridge's configuration file.
                  --verbose       Add the stack trace to an error.
              -h, --help          Print this help and exit.
            """);
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "check-config",
        "demo",
        "status",
        "trace",
        "query-log",
        "doctor",
        "rotate-key",
        "uninstall",
        "completion"
      })
  void helpFitsATerminalAndHasNoColourWhereThereIsNone(String command) {
    assertThat(run(Map.of(), command, "--help")).isEqualTo(ExitCode.OK);
    assertThat(run(Map.of(), command, "--nonsense", "-h")).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    assertThat(out.toString()).contains("Usage: region-bridge " + command).doesNotContain("\u001B");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void coloursHelpOnATerminalUnlessToldNotTo() {
    for (String no : List.of("", "1")) {
      Terminal terminal =
          new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of("NO_COLOR", no), true);
      assertThat(Main.run(terminal, List.of("status", "--help"))).isEqualTo(ExitCode.OK);
      assertThat(out.toString().contains("\u001B[")).isEqualTo(no.isEmpty());
      out.getBuffer().setLength(0);
    }
  }

  @Test
  void printsItsVersion() {
    assertThat(run(Map.of(), "--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).matches("region-bridge [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\n");
  }

  @Test
  void printsAFailureInOneLineAndItsCauseOnlyWhenAskedTo() {
    CommandException failure =
        new CommandException("port 1053 is taken; stop the other", new IOException("in use"));
    assertThat(failing(failure, "fail")).isEqualTo(ExitCode.FAILED);
    assertThat(err).hasToString("region-bridge: port 1053 is taken; stop the other\n");
    assertThat(failing(failure, "fail", "--verbose")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("IOException: in use", "at " + getClass().getName());
    assertThat(failing(CommandException.usage("no such region"), "fail")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void ownsUpToABugInOneLine() {
    assertThat(failing(new IllegalStateException("two\nlines"), "fail")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString().lines())
        .containsExactly("region-bridge: internal error: two;" + " --verbose shows where");
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
    return Main.run(terminal, args);
  }

  private int failing(RuntimeException failure, String... args) {
    Terminal terminal = terminal(Map.of());
    Commands commands = Commands.of(terminal, List.of(new FailingCommand(failure)));
    return Main.run(terminal, List.of(args), () -> commands.run(List.of(args)));
  }

  private Terminal terminal(Map<String, String> environment) {
    return new Terminal(new PrintWriter(out), new PrintWriter(err), environment);
  }

  @CommandLine.Command(name = "fail")
  private static final class FailingCommand implements Command {
    private final RuntimeException failure;

    FailingCommand(RuntimeException failure) {
      this.failure = failure;
    }

    @Override
    public int run() {
      throw failure;
    }
  }
}
