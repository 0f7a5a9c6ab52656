package io.regionbridge.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A pod that keeps asking and connecting: {@code Probe SERVER KNOWN NEW ADDRESS PORT}. It asks the
 * server for the name KNOWN, which caches may answer, and for names below NEW that are asked once
 * and do not exist, which only their own region can say; and it connects to ADDRESS, by turns. A
 * question is lost if one packet brings no right answer within five seconds, which is the first try
 * of a stub resolver; it is then asked once more, as these do, and given up if that fails too. On
 * standard input it takes the words {@code mark}, which is when something breaks, and {@code stop}.
 */
final class Probe {
  private static final int QUESTIONS_A_SECOND = 20;
  private static final int CONNECTIONS_A_SECOND = 10;
  private static final int QUESTION_PATIENCE_MILLIS = 5_000;
  private static final int CONNECTION_PATIENCE_MILLIS = 1_000;

  private final Resolver resolver;
  private final List<Attempt> known = new CopyOnWriteArrayList<>();
  private final List<Attempt> fresh = new CopyOnWriteArrayList<>();
  private final List<Attempt> connections = new CopyOnWriteArrayList<>();
  private volatile boolean running = true;

  /**
   * One question or connection; times by {@link System#nanoTime}.
   *
   * @param failure why it failed; empty if it did not
   * @param givenUp whether the second try failed too
   */
  private record Attempt(long began, long took, String failure, boolean givenUp) {
    boolean good() {
      return failure.isEmpty();
    }

    boolean bad() {
      return !good();
    }
  }

  @FunctionalInterface
  private interface Try {
    /** Why it failed; empty if it did not. */
    String failure() throws IOException;
  }

  private Probe(Resolver resolver) {
    this.resolver = resolver;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Probe probe = new Probe(new Resolver(InetAddress.getByName(args[0]), QUESTION_PATIENCE_MILLIS));
    InetSocketAddress peer = new InetSocketAddress(args[3], Integer.parseInt(args[4]));
    String run = Integer.toString(ThreadLocalRandom.current().nextInt(1_000_000), 36);
    List<Thread> loops =
        List.of(
            probe.repeat(QUESTIONS_A_SECOND, probe.known, _ -> () -> probe.finds(args[1])),
            probe.repeat(
                QUESTIONS_A_SECOND,
                probe.fresh,
                n -> () -> probe.isTold("p" + run + n + "." + args[2])),
            probe.repeat(CONNECTIONS_A_SECOND, probe.connections, _ -> () -> connects(peer)));
    long mark = probe.untilStopped();
    probe.running = false;
    for (Thread loop : loops) {
      loop.join();
    }
    probe.report(mark);
  }

  @FunctionalInterface
  private interface Tries {
    Try numbered(int n);
  }

  private Thread repeat(int perSecond, List<Attempt> attempts, Tries tries) {
    return Thread.startVirtualThread(() -> {
      long began = System.nanoTime();
      List<Thread> open = new CopyOnWriteArrayList<>();
      for (int n = 0; running; n++) {
        Try one = tries.numbered(n);
        open.add(Thread.startVirtualThread(() -> attempt(attempts, one)));
        open.removeIf(t -> !t.isAlive());
        LockSupport.parkNanos(began + (n + 1) * (1_000_000_000L / perSecond) - System.nanoTime());
      }
      for (Thread t : open) {
        try {
          t.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    });
  }

  private static void attempt(List<Attempt> attempts, Try one) {
    long began = System.nanoTime();
    String failure = tried(one);
    long took = System.nanoTime() - began;
    boolean givenUp = !failure.isEmpty() && !tried(one).isEmpty();
    attempts.add(new Attempt(began, took, failure, givenUp));
  }

  private static String tried(Try one) {
    try {
      return one.failure();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private String finds(String name) throws IOException {
    Resolver.Reply reply = resolver.ask(name);
    return reply.rcode() == Resolver.NO_ERROR && reply.answers() > 0
        ? ""
        : "RCODE " + reply.rcode();
  }

  private String isTold(String name) throws IOException {
    int rcode = resolver.ask(name).rcode();
    return rcode == Resolver.NO_SUCH_NAME ? "" : "RCODE " + rcode;
  }

  private static String connects(InetSocketAddress peer) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(peer, CONNECTION_PATIENCE_MILLIS);
      return "";
    }
  }

  /** When the mark was given; the time of the stop if it was not. */
  private long untilStopped() throws IOException {
    long mark = 0;
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String word = in.readLine();
          word != null && !word.equals("stop");
          word = in.readLine()) {
        if (word.equals("mark")) {
          mark = System.nanoTime();
        }
      }
    }
    return mark == 0 ? System.nanoTime() : mark;
  }

  private void report(long mark) {
    System.out.printf(
        "known=%d known_lost=%d new=%d new_lost=%d names_given_up=%d dns_slowest=%d"
            + " dns_recovered=%d tcp=%d tcp_failed=%d tcp_recovered=%d%n",
        known.size(),
        count(known, Attempt::bad),
        fresh.size(),
        count(fresh, Attempt::bad),
        count(known, Attempt::givenUp) + count(fresh, Attempt::givenUp),
        Math.max(slowest(known), slowest(fresh)),
        Math.max(recovered(known, mark), recovered(fresh, mark)),
        connections.size(),
        count(connections, Attempt::bad),
        recovered(connections, mark));
    explain("known", known, mark);
    explain("new", fresh, mark);
    explain("tcp", connections, mark);
  }

  /** Why attempts failed, and when: on standard error. */
  private static void explain(String what, List<Attempt> attempts, long mark) {
    Map<String, LongSummaryStatistics> failures = new TreeMap<>();
    attempts.stream()
        .filter(Attempt::bad)
        .forEach(a ->
            failures
                .computeIfAbsent(a.failure(), _ -> new LongSummaryStatistics())
                .accept((a.began() - mark) / 1_000_000L));
    failures.forEach((why, when) ->
        System.err.printf(
            "%s: %d x %s, %d to %d ms after%n",
            what, when.getCount(), why, when.getMin(), when.getMax()));
  }

  private static long count(List<Attempt> attempts, Predicate<Attempt> which) {
    return attempts.stream().filter(which).count();
  }

  /** The longest that a good answer took, in milliseconds. */
  private static long slowest(List<Attempt> attempts) {
    return attempts.stream().filter(Attempt::good).mapToLong(Attempt::took).max().orElse(0)
        / 1_000_000L;
  }

  /** From the mark to the begin of the last attempt that failed, in milliseconds; 0 if none did. */
  private static long recovered(List<Attempt> attempts, long mark) {
    return attempts.stream()
            .filter(Attempt::bad)
            .mapToLong(a -> Math.max(0, a.began() - mark))
            .max()
            .orElse(0)
        / 1_000_000L;
  }
}
