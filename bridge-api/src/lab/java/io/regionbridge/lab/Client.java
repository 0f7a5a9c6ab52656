package io.regionbridge.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A pod that reaches a Service by its name: {@code Client SERVER NAME PORT}. Ten times a second it
 * asks the server for the name and connects to the address that it gets, and takes a second for
 * each at most. On standard input it takes {@code phase WORD ADDRESS}, which begins a phase in
 * which the name should lead to the address, and {@code stop}. Then it prints of each phase how
 * many connections there were, how many failed, how long until the last that failed began, how long
 * until the last began that failed or led elsewhere, and how often the address changed from one
 * answer to the next.
 */
final class Client {
  private static final int CONNECTIONS_A_SECOND = 10;
  private static final int PATIENCE_MILLIS = 1_000;
  private static final String NOWHERE = "";

  private final Resolver resolver;
  private final String name;
  private final int port;
  private final ConcurrentLinkedQueue<Attempt> attempts = new ConcurrentLinkedQueue<>();
  private volatile boolean running = true;

  /**
   * One attempt; times by {@link System#nanoTime}. It belongs to the phase in which it ended: what
   * ended a phase may have failed it.
   *
   * @param address that the name led to; empty if it led nowhere
   * @param failure why it failed; empty if it did not
   */
  private record Attempt(long began, long ended, String address, String failure) {
    boolean failed() {
      return !failure.isEmpty();
    }
  }

  private record Phase(String word, String address, long began) {}

  private Client(Resolver resolver, String name, int port) {
    this.resolver = resolver;
    this.name = name;
    this.port = port;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Resolver resolver = new Resolver(InetAddress.getByName(args[0]), PATIENCE_MILLIS);
    Client client = new Client(resolver, args[1], Integer.parseInt(args[2]));
    Thread loop = Thread.startVirtualThread(client::repeat);
    List<Phase> phases = phases();
    client.running = false;
    loop.join();
    client.report(phases);
  }

  private static List<Phase> phases() throws IOException {
    List<Phase> phases = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line = in.readLine();
          line != null && !line.equals("stop");
          line = in.readLine()) {
        String[] words = line.split(" ");
        phases.add(new Phase(words[1], words[2], System.nanoTime()));
      }
    }
    return phases;
  }

  private void repeat() {
    List<Thread> open = new ArrayList<>();
    long began = System.nanoTime();
    for (int n = 0; running; n++) {
      open.add(Thread.startVirtualThread(this::attempt));
      open.removeIf(thread -> !thread.isAlive());
      LockSupport.parkNanos(
          began + (n + 1) * (1_000_000_000L / CONNECTIONS_A_SECOND) - System.nanoTime());
    }
    try {
      for (Thread thread : open) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt() {
    long began = System.nanoTime();
    String address = NOWHERE;
    String failure = "";
    try (Socket socket = new Socket()) {
      Resolver.Reply reply = resolver.ask(name);
      InetAddress found = reply.address().orElse(null);
      if (found == null) {
        failure = "RCODE " + reply.rcode();
      } else {
        address = found.getHostAddress();
        socket.connect(new InetSocketAddress(found, port), PATIENCE_MILLIS);
      }
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    attempts.add(new Attempt(began, System.nanoTime(), address, failure));
  }

  private void report(List<Phase> phases) {
    List<Attempt> all = attempts.stream().sorted(Comparator.comparingLong(Attempt::began)).toList();
    for (int i = 0; i < phases.size(); i++) {
      Phase phase = phases.get(i);
      long end = i + 1 < phases.size() ? phases.get(i + 1).began() : Long.MAX_VALUE;
      report(phase, all.stream().filter(a -> within(a, phase.began(), end)).toList());
    }
  }

  private static boolean within(Attempt attempt, long begin, long end) {
    return attempt.ended() - begin >= 0 && (end == Long.MAX_VALUE || attempt.ended() - end < 0);
  }

  private static void report(Phase phase, List<Attempt> attempts) {
    long failing = 0;
    long elsewhere = 0;
    int changes = 0;
    String last = NOWHERE;
    for (Attempt attempt : attempts) {
      long since = Math.max(1, (attempt.began() - phase.began()) / 1_000_000L);
      failing = attempt.failed() ? since : failing;
      elsewhere =
          attempt.failed() || !attempt.address().equals(phase.address()) ? since : elsewhere;
      boolean changed = !last.isEmpty() && !attempt.address().isEmpty();
      changes += changed && !last.equals(attempt.address()) ? 1 : 0;
      last = attempt.address().isEmpty() ? last : attempt.address();
    }
    System.out.printf(
        Locale.ROOT,
        "%1$s_tries=%2$d\n"
            + "%1$s_failed=%3$d\n"
            + "%1$s_failing=%4$d\n"
            + "%1$s_moved=%5$d\n"
            + "%1$s_changes=%6$d\n",
        phase.word(),
        attempts.size(),
        attempts.stream().filter(Attempt::failed).count(),
        failing,
        elsewhere,
        changes);
    explain(phase, attempts);
  }

  /** Where attempts led, and why they failed: on standard error. */
  private static void explain(Phase phase, List<Attempt> attempts) {
    Map<String, Long> outcomes =
        attempts.stream()
            .collect(
                Collectors.groupingBy(
                    a -> (a.address() + " " + a.failure()).strip(),
                    TreeMap::new,
                    Collectors.counting()));
    System.err.println(phase.word() + ": " + outcomes);
  }
}
