package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.testkit.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompleteCommandTest {
  private static final String NATS = "nats.messaging.svc.mn.internal";

  @TempDir Path directory;

  @Test
  void asksTheBridgeThatTheLineNames() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      String fsn1 = "--url=" + RegionPair.url(regions.fsn1());
      assertThat(complete("names", fsn1, "")).containsExactly("fsn1", "mn");
      assertThat(complete("verify", fsn1, "m")).containsExactly("mn");
      assertThat(complete("query-log", fsn1, "--zone", ""))
          .containsExactly("fsn1.internal", "mn.internal");

      String mn = RegionPair.url(regions.mn(0));
      assertThat(complete("trace", "--url", mn, "nats.")).containsExactly(NATS);
      assertThat(complete("verify", "--url", mn, "mn", "nats.")).containsExactly(NATS + ":");
      assertThat(complete("verify", "--url", mn, "nats.m")).containsExactly(NATS + ":");
      assertThat(complete("names", "--url", mn, "-n", "")).containsExactly("messaging");
      assertThat(complete("names", "--url", mn, "x")).isEmpty();
    }
  }

  @Test
  void knowsTheContextsOfTheKubeconfig() throws Exception {
    Path kubeconfig =
        Files.writeString(
            directory.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            contexts:
              - { name: east, context: { cluster: a, user: a } }
              - { name: eu-west, context: { cluster: a, user: a } }
              - { name: west, context: { cluster: a, user: a } }
            clusters: [{ name: a, cluster: { server: "https://127.0.0.1:1" } }]
            users: [{ name: a, user: { token: t } }]
            """);
    System.setProperty("kubeconfig", kubeconfig.toString());
    try {
      assertThat(complete("status", "--context", "e")).containsExactly("east", "eu-west");
      assertThat(complete("verify", "--context", "east", "--from", "x"))
          .as("of a cluster that does not answer")
          .isEmpty();
    } finally {
      System.clearProperty("kubeconfig");
    }
  }

  @Test
  void hasTheValuesThatTheProgramItselfKnows() {
    assertThat(complete("trace", "a.b", "AA")).containsExactly("AAAA");
    assertThat(complete("status", "-o", "y")).containsExactly("yaml");
  }

  @Test
  void offersNothingWhereNothingIsKnown() {
    assertThat(complete()).isEmpty();
    assertThat(complete("")).isEmpty();
    assertThat(complete("none", "x")).isEmpty();
    assertThat(complete("status", "--url", "")).isEmpty();
    assertThat(complete("trace", "--url=http://127.0.0.1:" + FreePorts.next(), "n")).isEmpty();
    assertThat(complete("trace", "--url", "::", "--context", "n")).isEmpty();
  }

  private static List<String> complete(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of());
    Commands commands =
        Commands.of(
            terminal,
            List.of(
                new StatusCommand(terminal),
                new NamesCommand(terminal),
                new TraceCommand(terminal),
                new QueryLogCommand(terminal),
                new VerifyCommand(terminal),
                new CompleteCommand(terminal, Duration.ofMinutes(1))));
    List<String> typed = Stream.concat(Stream.of("__complete", "--"), Stream.of(words)).toList();
    assertThat(Main.run(terminal, typed, () -> commands.run(typed))).isEqualTo(ExitCode.OK);
    assertThat(err.toString()).isEmpty();
    return out.toString().lines().toList();
  }
}
