package io.regionbridge.router.sandbox;

import com.sun.jna.Function;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/**
 * A network namespace with a name of its own, removed when closed. Programs, Java's too, are run in
 * it by {@code ip netns exec}. Closing kills what was started with {@link #startJava}.
 */
public final class Namespace implements AutoCloseable {
  private static final int NEW_NET = 0x40000000; // CLONE_NEWNET
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final List<Process> processes = new ArrayList<>();

  private Namespace(String name) {
    this.name = name;
  }

  /** Makes a namespace with its loopback interface up; skips the test where that cannot be. */
  public static Namespace create() {
    NativeTool.find("ip");
    String name = "rb" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    try {
      Inside.output("ip", "netns", "add", name);
    } catch (AssertionError e) {
      Assumptions.abort("needs the right to make network namespaces (root): " + e.getMessage());
    }
    Namespace namespace = new Namespace(name);
    namespace.run("ip", "link", "set", "lo", "up");
    return namespace;
  }

  public String name() {
    return name;
  }

  /** Runs a program to its end; its output. */
  public String run(String... command) {
    return Inside.output(inside(List.of(command)).toArray(String[]::new));
  }

  /** Runs a line of several words. */
  public String sh(String line) {
    return run(line.split(" ", -1));
  }

  /** Whether a program ends well here. */
  public boolean succeeds(String line) {
    try {
      sh(line);
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  /** Starts a class of the tests in a JVM here; its input and output are the caller's. */
  public Process startJava(Class<?> main, String... arguments) throws IOException {
    Process process =
        new ProcessBuilder(inside(javaCommand(main, arguments)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(process);
    return process;
  }

  /** The command line that runs a class of the tests in a JVM here. */
  private List<String> javaCommand(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx128m",
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The class path of the tests; surefire hides it behind a jar of its own. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /**
   * Runs something of this very process here, on a thread of its own: sockets that it opens stay
   * here, whoever uses them later, and so do threads of the platform that it starts.
   */
  public <T> T call(Callable<T> task) {
    AtomicReference<Object> outcome = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name(name)
            .start(() -> {
              try {
                enter();
                outcome.set(Optional.of(task.call()));
              } catch (Exception | AssertionError e) {
                outcome.set(e);
              }
            });
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (outcome.get() instanceof Optional<?> result) {
      @SuppressWarnings("unchecked") // it is what the task returned
      T value = (T) result.get();
      return value;
    }
    throw new AssertionError("in namespace " + name, (Throwable) outcome.get());
  }

  /** {@code setns(2)} moves the calling thread alone. */
  private void enter() {
    int fd = Function.getFunction("c", "open").invokeInt(new Object[] {"/run/netns/" + name, 0});
    int moved = Function.getFunction("c", "setns").invokeInt(new Object[] {fd, NEW_NET});
    Function.getFunction("c", "close").invokeInt(new Object[] {fd});
    if (moved != 0) {
      throw new AssertionError("cannot enter namespace " + name);
    }
  }

  /** Runs the tests of a class in a JVM here. */
  public List<DynamicTest> tests(Class<?> tests) {
    return Results.of(run(javaCommand(Inside.class, tests.getName()).toArray(String[]::new)));
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    for (Process process : processes) {
      try {
        process.waitFor(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Inside.output("ip", "netns", "delete", name);
  }

  private List<String> inside(List<String> command) {
    List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", name));
    line.addAll(command);
    return line;
  }
}
