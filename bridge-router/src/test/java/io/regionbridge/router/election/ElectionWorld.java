package io.regionbridge.router.election;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Router nodes, an API server and what is between them, in virtual time. Every message takes as
 * long as the test says, and may be lost; clocks of nodes differ in their zero and run up to half a
 * percent too fast or too slow. Checks after each event that no two nodes may act.
 */
final class ElectionWorld {
  static final long MILLI = 1_000_000;

  /** A node's process, or where it was. */
  final class Node {
    final String name;
    final double rate = 1 + (random.nextDouble() - 0.5) / 100;
    final long zero = random.nextLong(1L << 50);
    ElectionMachine machine;
    PeerLiveness liveness = new PeerLiveness();
    boolean up = true;
    boolean fit = true;
    long stalledUntil;
    int incarnation;

    Node(String name) {
      this.name = name;
      this.machine = born();
    }

    long clock() {
      return zero + (long) (now * rate);
    }

    boolean mayAct() {
      return up && machine.permitUntil() > clock();
    }

    void crash() {
      up = false;
    }

    void restart() {
      incarnation++;
      machine = born();
      liveness = new PeerLiveness();
      up = true;
      read(this);
    }

    private ElectionMachine born() {
      ElectionMachine born = new ElectionMachine(name, name + "#" + incarnation);
      born.setEligible(fit, clock());
      return born;
    }
  }

  private record Event(long at, long order, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  final Random random;
  final Map<String, Node> nodes = new LinkedHashMap<>();
  final Set<String> cutPaths = new HashSet<>();
  final Set<String> cutFromApi = new HashSet<>();
  final List<String> holders = new ArrayList<>();
  long now;
  boolean apiUp = true;

  /** How long the API server takes for each half of an exchange. */
  LongSupplier apiDelay = () -> 5 * MILLI;

  /** How often a message to or from the API server is lost, 0 to 1. */
  double apiLoss;

  LongSupplier pathDelay = () -> MILLI;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private Optional<LeaseState> stored = Optional.empty();
  private long version = 100;
  private long order;

  ElectionWorld(long seed, int count) {
    random = new Random(seed);
    for (int i = 0; i < count; i++) {
      Node node = new Node("node-" + i);
      nodes.put(node.name, node);
      long begin = random.nextLong(100 * MILLI);
      at(begin, () -> ticks(node));
      at(begin, () -> rounds(node));
      at(begin, () -> read(node));
    }
  }

  /** Runs for a while. */
  void run(Duration time) {
    long end = now + time.toNanos();
    while (!events.isEmpty() && events.peek().at() <= end) {
      Event event = events.remove();
      now = event.at();
      event.what().run();
      check();
    }
    now = end;
  }

  /** Does something later. */
  void after(Duration time, Runnable what) {
    at(now + time.toNanos(), what);
  }

  /** The node that the Lease names, or empty. */
  String holder() {
    return stored.map(LeaseState::holder).orElse("");
  }

  Node holderNode() {
    return node(holder());
  }

  Node node(String name) {
    return Objects.requireNonNull(nodes.get(name), name);
  }

  /** Takes the Lease away, as a person might. */
  void deleteLease() {
    stored = Optional.empty();
    tellAll();
  }

  private void check() {
    List<String> acting = nodes.values().stream().filter(Node::mayAct).map(n -> n.name).toList();
    if (acting.size() > 1) {
      throw new AssertionError("at " + now / MILLI + " ms these may act: " + acting);
    }
  }

  private void at(long time, Runnable what) {
    events.add(new Event(time, order++, what));
  }

  /** The process looks at its machine, and wants a permit now and then. */
  private void ticks(Node node) {
    step(node);
    if (node.up && now >= node.stalledUntil && random.nextInt(10) == 0) {
      node.machine.wantPermit();
    }
    at(now + 20 * MILLI, () -> ticks(node));
  }

  private void step(Node node) {
    if (!node.up || now < node.stalledUntil) {
      return;
    }
    node.machine.setEligible(node.fit, node.clock());
    ElectionMachine machine = node.machine;
    machine
        .next(node.liveness::of, node.liveness.anyCandidate(), node.clock())
        .ifPresent(write -> send(node, machine, write));
  }

  private void rounds(Node node) {
    if (node.up && now >= node.stalledUntil) {
      Set<String> others = new HashSet<>(nodes.keySet());
      others.remove(node.name);
      node.liveness.round(others, node.clock());
      for (String other : others) {
        at(now + pathDelay.getAsLong(), () -> asked(node, node(other)));
      }
    }
    at(now + PeerLiveness.INTERVAL.toNanos(), () -> rounds(node));
  }

  private void asked(Node asker, Node asked) {
    if (cut(asker, asked) || now < asked.stalledUntil) {
      return;
    }
    if (!asked.up) {
      at(now + pathDelay.getAsLong(), () -> asker.liveness.refused(asked.name));
      return;
    }
    boolean fit = asked.fit;
    at(
        now + pathDelay.getAsLong(),
        () -> {
          if (!cut(asker, asked)) {
            asker.liveness.answered(
                asked.name,
                new Heartbeat.Report(fit ? Standing.CANDIDATE : Standing.UNFIT, Duration.ZERO));
          }
        });
  }

  private boolean cut(Node one, Node other) {
    return cutPaths.contains(one.name + other.name) || cutPaths.contains(other.name + one.name);
  }

  private void send(Node node, ElectionMachine machine, LeaseWrite write) {
    boolean arrives = reaches(node);
    long execute = now + apiDelay.getAsLong();
    long giveUp = now + 5_000 * MILLI;
    boolean[] done = {false};
    if (arrives) {
      at(
          execute,
          () -> {
            // What was sent is carried out, whatever has become of the sender.
            LeaseWrite.Outcome outcome = apiUp ? store(write) : new LeaseWrite.Outcome.Unknown();
            if (reaches(node)) {
              at(now + apiDelay.getAsLong(), () -> finish(node, machine, outcome, done));
            }
          });
    }
    at(giveUp, () -> finish(node, machine, new LeaseWrite.Outcome.Unknown(), done));
  }

  private void finish(
      Node node, ElectionMachine machine, LeaseWrite.Outcome outcome, boolean[] done) {
    if (done[0] || node.machine != machine || !node.up) {
      return;
    }
    if (now < node.stalledUntil) {
      at(node.stalledUntil, () -> finish(node, machine, outcome, done));
      return;
    }
    done[0] = true;
    machine.finish(outcome, node.clock());
    step(node);
  }

  private LeaseWrite.Outcome store(LeaseWrite write) {
    String expected = stored.map(LeaseState::version).orElse("");
    if (!write.next().version().equals(expected)) {
      return new LeaseWrite.Outcome.Conflict();
    }
    LeaseState next = write.next();
    LeaseState written =
        new LeaseState(
            Long.toString(++version),
            next.holder(),
            next.incarnation(),
            next.transitions(),
            next.permit(),
            next.challenger());
    if (!next.holder().isEmpty()
        && (holders.isEmpty() || !holders.getLast().equals(next.holder()))) {
      holders.add(next.holder());
    }
    stored = Optional.of(written);
    tellAll();
    return new LeaseWrite.Outcome.Written(written);
  }

  /** The watches bring the new version; one that is lost is made up for by a later read. */
  private void tellAll() {
    nodes.values().forEach(this::read);
  }

  private void read(Node node) {
    Optional<LeaseState> seen = stored;
    if (!reaches(node)) {
      at(now + 500 * MILLI, () -> read(node));
      return;
    }
    at(now + apiDelay.getAsLong(), () -> deliver(node, seen));
  }

  private void deliver(Node node, Optional<LeaseState> seen) {
    if (!node.up) {
      return;
    }
    if (now < node.stalledUntil) {
      at(node.stalledUntil, () -> deliver(node, seen));
      return;
    }
    node.machine.observe(seen, node.clock());
    step(node);
  }

  private boolean reaches(Node node) {
    return apiUp && !cutFromApi.contains(node.name) && random.nextDouble() >= apiLoss;
  }
}
