package io.regionbridge.router.uapi;

import io.regionbridge.router.linux.Errno;
import io.regionbridge.router.linux.ErrnoException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A userspace implementation that this process started, such as wireguard-go: for kernels without
 * WireGuard. The device goes away with the process.
 */
public final class UserspaceProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UserspaceProcess.class);
  private static final Duration RETRY = Duration.ofMillis(20);

  private final String name;
  private final Process process;
  private final boolean stopOnClose;

  private UserspaceProcess(String name, Process process, boolean stopOnClose) {
    this.name = name;
    this.process = process;
    this.stopOnClose = stopOnClose;
  }

  /**
   * Starts an implementation in the foreground, without a shell, and waits until its socket
   * answers.
   *
   * @param command without {@code -f INTERFACE}
   * @param directory of its socket, usually {@link UapiClient#SOCKET_DIRECTORY}
   * @param timeout how long to wait for the socket
   * @param stopOnClose whether {@link #close} stops it; if not, the device outlives this process
   * @throws ErrnoException if it ends at once, with its last words, or ETIMEDOUT
   * @throws IOException if there is no such program
   */
  public static UserspaceProcess start(
      List<String> command,
      String interfaceName,
      Path directory,
      Duration timeout,
      boolean stopOnClose)
      throws IOException, InterruptedException {
    List<String> line = Stream.concat(command.stream(), Stream.of("-f", interfaceName)).toList();
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    AtomicReference<String> lastWords = new AtomicReference<>("it said nothing");
    Thread.ofVirtual().name("output of " + line).start(() -> listen(process, line, lastWords));
    UserspaceProcess started = new UserspaceProcess(interfaceName, process, stopOnClose);
    boolean answers = false;
    try {
      started.awaitSocket(new UapiClient(interfaceName, directory), timeout, lastWords);
      answers = true;
    } finally {
      if (!answers) {
        process.destroy();
      }
    }
    log.info("started {} for {} as process {}", command.getFirst(), interfaceName, process.pid());
    return started;
  }

  /** Stops the implementation if that is wanted; waits two seconds, then insists. */
  @Override
  public void close() {
    if (!stopOnClose || !process.isAlive()) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    log.info("stopped the userspace implementation of {}", name);
  }

  private void awaitSocket(UapiClient client, Duration timeout, AtomicReference<String> lastWords)
      throws IOException, InterruptedException {
    String doing = "starting a userspace implementation of " + name;
    long deadline = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        client.get();
        return;
      } catch (ErrnoException e) {
        // not there yet, or a socket left over from an implementation that has ended
        if (process.waitFor(RETRY)) {
          throw new ErrnoException(
              doing, Errno.EIO, "it ended with status " + process.exitValue() + ": " + lastWords);
        }
      }
    }
    throw new ErrnoException(doing, Errno.ETIMEDOUT, "its socket did not answer: " + lastWords);
  }

  private static void listen(
      Process process, List<String> command, AtomicReference<String> lastWords) {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (!line.isBlank()) {
          lastWords.set(line.strip());
          log.debug("{}: {}", command.getFirst(), line.strip());
        }
      }
    } catch (IOException e) {
      log.debug("{}: its output ended: {}", command.getFirst(), e.getMessage());
    }
  }
}
