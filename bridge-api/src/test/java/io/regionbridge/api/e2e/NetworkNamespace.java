package io.regionbridge.api.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/** A network namespace of the test's own; what still runs in it ends with it. */
final class NetworkNamespace implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;

  private NetworkNamespace(String name) {
    this.name = name;
  }

  /** Makes one; skips the test where that is not allowed. */
  static NetworkNamespace create() {
    String name = "rbe" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    Path ip = NativeTool.find("ip");
    try (NativeProcess add = NativeProcess.start(ip, "netns", "add", name)) {
      Assumptions.assumeTrue(
          add.awaitEnd(Served.TIMEOUT) == 0, "needs the right to make network namespaces (root)");
    }
    NetworkNamespace namespace = new NetworkNamespace(name);
    namespace.sh("ip link set lo up");
    return namespace;
  }

  String name() {
    return name;
  }

  /** What runs a program inside. */
  List<String> prefix() {
    return List.of("ip", "netns", "exec", name);
  }

  /** Runs a line of several words to its good end; its output. */
  String sh(String line) {
    return run(line.split(" ", -1));
  }

  String run(String... command) {
    try (NativeProcess process = start(command)) {
      int exitCode = process.awaitEnd(Served.TIMEOUT);
      assertThat(exitCode).as(String.join(" ", command) + "\n" + process.output()).isZero();
      return process.output();
    }
  }

  /** The output of a line that ends well; empty if it does not. */
  Optional<String> attempt(String line) {
    try (NativeProcess process = start(line.split(" ", -1))) {
      return process.awaitEnd(Served.TIMEOUT) == 0
          ? Optional.of(process.output())
          : Optional.empty();
    }
  }

  NativeProcess start(String... command) {
    List<String> line = new ArrayList<>(prefix());
    line.addAll(List.of(command));
    return NativeProcess.start(
        Path.of(line.getFirst()), line.subList(1, line.size()).toArray(String[]::new));
  }

  @Override
  public void close() {
    try (NativeProcess pids = NativeProcess.start(Path.of("ip"), "netns", "pids", name)) {
      pids.awaitEnd(Served.TIMEOUT);
      pids.output()
          .lines()
          .filter(line -> line.matches("[0-9]+"))
          .flatMap(line -> ProcessHandle.of(Long.parseLong(line)).stream())
          .forEach(ProcessHandle::destroyForcibly);
    }
    try (NativeProcess delete = NativeProcess.start(Path.of("ip"), "netns", "delete", name)) {
      delete.awaitEnd(Served.TIMEOUT);
    }
  }
}
