package io.regionbridge.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A running program, its output kept for the message of a failure. Every wait has a bound, ends
 * early when the program ends, and fails with what it printed. Closing stops it and its children;
 * so does the end of the JVM.
 *
 * <p>Safe for use by several threads.
 */
public final class NativeProcess implements AutoCloseable {
  private static final int KEPT_LINES = 2_000;
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final String name;
  private final Process process;
  private final Thread hook = new Thread(this::killTree);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<String> lines = new ArrayDeque<>();
  private boolean ended;
  private volatile boolean frozen;

  private NativeProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    Runtime.getRuntime().addShutdownHook(hook);
    Thread.ofPlatform().daemon().name(name + "-output").start(this::read);
  }

  /** Starts a program with arguments. */
  public static NativeProcess start(Path program, String... arguments) {
    return command(program, arguments).start();
  }

  /** A program to start, with more to say about it than its arguments. */
  public static Command command(Path program, String... arguments) {
    return new Command(program, List.of(arguments));
  }

  /** What to start: built up, then {@link #start started}, any number of times. */
  public static final class Command {
    private final List<String> line = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();
    private @Nullable Path directory;

    private Command(Path program, List<String> arguments) {
      line.add(program.toString());
      line.addAll(arguments);
    }

    /** Adds arguments. */
    public Command with(String... arguments) {
      line.addAll(List.of(arguments));
      return this;
    }

    /** Sets a variable of the environment, which is otherwise this JVM's. */
    public Command environment(String variable, String value) {
      environment.put(variable, value);
      return this;
    }

    /** Sets the working directory. */
    public Command in(Path workingDirectory) {
      directory = workingDirectory;
      return this;
    }

    /** Starts the program. */
    public NativeProcess start() {
      ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
      builder.environment().putAll(environment);
      if (directory != null) {
        builder.directory(directory.toFile());
      }
      try {
        Process process = builder.start();
        process.getOutputStream().close();
        return new NativeProcess(Path.of(line.getFirst()).getFileName().toString(), process);
      } catch (IOException e) {
        throw new UncheckedIOException("could not start " + String.join(" ", line), e);
      }
    }
  }

  /**
   * Waits for a line of output that has the pattern, lines already printed included.
   *
   * @return the first such line
   */
  public String awaitLine(Pattern pattern, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    lock.lock();
    try {
      while (true) {
        Optional<String> found = lines.stream().filter(pattern.asPredicate()).findFirst();
        if (found.isPresent()) {
          return found.get();
        }
        long left = end - System.nanoTime();
        if (ended || left <= 0) {
          throw failure("no line with /" + pattern + "/", most);
        }
        var _ = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something accepts TCP connections at the address. */
  public void awaitPort(InetSocketAddress address, Duration most) {
    awaitThat("nothing listening on " + address, most, () -> accepts(address));
  }

  /**
   * Waits until a condition holds.
   *
   * @param otherwise what to call its absence, {@code "no answer on 127.0.0.1:1053"}
   */
  public void awaitThat(String otherwise, Duration most, BooleanSupplier condition) {
    long end = System.nanoTime() + most.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() - end >= 0) {
        throw failure(otherwise, most);
      }
      pause();
    }
  }

  /**
   * Waits until the program ends by itself.
   *
   * @return its exit code
   */
  public int awaitEnd(Duration most) {
    try {
      if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failure("no end", most);
      }
      awaitOutputEnd();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** What the program has printed so far on both streams: its last 2,000 lines. */
  public String output() {
    lock.lock();
    try {
      return String.join("\n", lines);
    } finally {
      lock.unlock();
    }
  }

  /** The program's process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it with SIGKILL, as a crash would, and returns when it is gone. Its children stay. */
  public void kill() {
    process.destroyForcibly();
    awaitGone();
  }

  /** Stops it in its tracks with SIGSTOP: its sockets stay open and nothing answers. */
  public void freeze() {
    signal("STOP");
    frozen = true;
  }

  /** Lets it run on after {@link #freeze}. */
  public void thaw() {
    signal("CONT");
    frozen = false;
  }

  /** Sends a signal, {@code "HUP"}. */
  public void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("kill -" + signal + " of " + name + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Ends it with SIGTERM, or SIGKILL after five seconds, its children too. Does nothing the second
   * time.
   */
  @Override
  public void close() {
    if (frozen && process.isAlive()) {
      thaw(); // or it would not see the signal that asks it to end
    }
    List<ProcessHandle> children = process.descendants().toList();
    children.forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    children.forEach(NativeProcess::awaitGone);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      return; // the hook does the rest
    }
    awaitGone();
  }

  private void killTree() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void awaitGone() {
    try {
      process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A child of ours has another parent by now: until that one reaps it, it has a number but no
   * program.
   */
  private static void awaitGone(ProcessHandle child) {
    long end = System.nanoTime() + GRACE.toNanos();
    while (child.info().command().isPresent() && System.nanoTime() - end < 0) {
      child.onExit().completeOnTimeout(child, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS).join();
    }
  }

  private void read() {
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line);
      }
    } catch (IOException streamClosed) {
      // The program was killed in the middle of a line.
    } finally {
      lock.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void add(String line) {
    lock.lock();
    try {
      if (lines.size() == KEPT_LINES) {
        lines.removeFirst();
      }
      lines.addLast(line);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitOutputEnd() throws InterruptedException {
    long left = GRACE.toNanos();
    lock.lock();
    try {
      while (!ended && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private static boolean accepts(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, 500);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** A moment, or until the program ends. */
  private void pause() {
    try {
      process.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private AssertionError failure(String what, Duration most) {
    String state =
        process.isAlive() ? "still running" : "ended with exit code " + process.exitValue();
    return new AssertionError(
        "%s: %s within %s, %s. It printed:%n%s".formatted(name, what, most, state, output()));
  }

  private IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for " + name, e);
  }
}
