package io.regionbridge.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

@Timeout(30)
class NativeProcessTest {
  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final Path SHELL = Path.of("/bin/sh");

  @Test
  void findsALineThatWasPrintedBeforeItWasAskedFor() {
    try (NativeProcess process =
        NativeProcess.start(SHELL, "-c", "echo ready on 7; cat /dev/zero")) {
      process.awaitLine(Pattern.compile("ready"), BOUND);
      assertThat(process.awaitLine(Pattern.compile("on \\d"), BOUND)).isEqualTo("ready on 7");
    }
  }

  @Test
  void failsWithTheOutputWhenTheProgramEndsBeforeTheLine() {
    try (NativeProcess process = NativeProcess.start(SHELL, "-c", "echo no such key >&2; exit 3")) {
      assertThatThrownBy(() -> process.awaitLine(Pattern.compile("ready"), BOUND))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("no such key");
      assertThat(process.awaitEnd(BOUND)).isEqualTo(3);
    }
  }

  @Test
  void passesArgumentsEnvironmentAndDirectory() {
    NativeProcess.Command command =
        NativeProcess.command(SHELL, "-c")
            .with("echo $COLOUR in $(pwd)")
            .environment("COLOUR", "green")
            .in(Path.of("/"));
    try (NativeProcess process = command.start()) {
      assertThat(process.awaitEnd(BOUND)).isZero();
      assertThat(process.output()).isEqualTo("green in /");
    }
  }

  @Test
  void stopsTheChildrenToo() {
    NativeProcess process = NativeProcess.start(SHELL, "-c", "sleep 1000 & echo $!; wait");
    long child = Long.parseLong(process.awaitLine(Pattern.compile("\\d+"), BOUND));
    process.close();
    assertThat(process.isAlive()).isFalse();
    // A zombie that nobody reaps yet is no running program.
    assertThat(ProcessHandle.of(child).filter(p -> p.info().command().isPresent())).isEmpty();
  }

  @Test
  void stopsAFrozenProgram() {
    NativeProcess process = NativeProcess.start(SHELL, "-c", "echo up; exec sleep 1000");
    process.awaitLine(Pattern.compile("up"), BOUND);
    process.freeze();
    process.close();
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void aFreePortIsFreeAndIsNotGivenTwice() throws IOException {
    int port = FreePorts.next();
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    }
    assertThat(FreePorts.next()).isNotEqualTo(port);
  }

  @Test
  void findsAProgramInThePath() {
    assertThat(NativeTool.find("sh")).isExecutable();
  }

  @Test
  void aMissingProgramSkipsTheTestAndSaysWhatToInstall() {
    // Where tools are required it fails instead, with the same words.
    assertThatThrownBy(() -> NativeTool.find("no-such-program"))
        .isInstanceOfAny(TestAbortedException.class, AssertionError.class)
        .hasMessageContaining("no-such-program is not installed: run .ci/tools");
  }
}
