package io.regionbridge.router.election;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes part in the election of the active gateway: runs an {@link ElectionMachine} against the
 * Lease and the other router nodes. See the package's documentation for the protocol.
 *
 * <p>One thread owns the machine; whatever happens is queued for it. Writes of the Lease go out on
 * a virtual thread each, one at a time.
 */
public final class GatewayElection implements AutoCloseable {
  /** The name of the Lease. */
  public static final String LEASE = KubernetesLease.NAME;

  private static final Logger log = LoggerFactory.getLogger(GatewayElection.class);
  private static final Duration TICK = Duration.ofMillis(50);
  private static final Duration HANDOVER = Duration.ofSeconds(6);

  /** What has to be left of a permit for a task to begin. */
  private static final Duration LEAST = ElectionMachine.SHORTEST_PERMIT.dividedBy(4);

  /**
   * Who takes part, and how.
   *
   * @param node this node's name
   * @param listen where this node answers for signs of life; UDP
   * @param others the other router nodes and where they answer; asked several times a second
   * @param fit whether this node could be the active gateway: overlay up, DNS serving
   * @param reach whether it reaches a peer through its tunnel; any thread
   */
  public record Settings(
      String node,
      InetSocketAddress listen,
      Supplier<Map<String, InetSocketAddress>> others,
      BooleanSupplier fit,
      Supplier<Reach> reach) {
    /** Without a look through the tunnel. */
    public Settings(
        String node,
        InetSocketAddress listen,
        Supplier<Map<String, InetSocketAddress>> others,
        BooleanSupplier fit) {
      this(node, listen, others, fit, () -> Reach.UNKNOWN);
    }
  }

  private final Settings settings;
  private final LeaseStore store;
  private final Consumer<Leadership> onChange;
  private final ElectionMachine machine;
  private final PeerLiveness liveness = new PeerLiveness();
  private final SignsOfLife signs;
  private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final ReentrantLock acting = new ReentrantLock();
  private final ReentrantLock permits = new ReentrantLock();
  private final Condition permitChanged = permits.newCondition();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;
  private volatile Leadership leadership = Leadership.UNKNOWN;
  private volatile long permitUntil = ElectionMachine.NEVER;
  private volatile boolean closing;
  private boolean wasOutdone;
  private long nextRound = System.nanoTime();

  private GatewayElection(Settings settings, LeaseStore store, Consumer<Leadership> onChange)
      throws IOException {
    this.settings = settings;
    this.store = store;
    this.onChange = onChange;
    this.machine = new ElectionMachine(settings.node(), UUID.randomUUID().toString());
    this.signs =
        new SignsOfLife(settings.node(), settings.listen(), this::standing, new Listener());
    this.thread = Thread.ofPlatform().daemon().name("election").unstarted(this::run);
  }

  /**
   * Begins to take part.
   *
   * @param namespace where the Lease is
   * @param onChange told who is active after each change, on the election's thread: must not block
   * @throws IOException if the address for signs of life cannot be bound
   */
  public static GatewayElection start(
      Settings settings,
      KubernetesClient client,
      String namespace,
      Consumer<Leadership> onChange,
      Clock clock)
      throws IOException {
    return start(settings, new KubernetesLease(client, namespace, clock), onChange);
  }

  static GatewayElection start(Settings settings, LeaseStore store, Consumer<Leadership> onChange)
      throws IOException {
    GatewayElection election = new GatewayElection(settings, store, onChange);
    election.thread.start();
    store.start(lease -> election.tell(now -> election.machine.observed(lease, now)));
    return election;
  }

  /** Who is active, as last heard. Any thread. */
  public Leadership leadership() {
    return leadership;
  }

  /** Why this node could not take part as it should, in words; empty if it could. Any thread. */
  public Optional<String> problem() {
    return store.problem();
  }

  /**
   * Runs a task if this node is the active gateway and the API server has just said so. The task
   * must name the version of each object that it writes, and be done within seconds; a hand-over
   * waits for it. Any thread but the election's.
   *
   * @param patience how long to wait for the permit
   * @return whether it was run
   */
  public boolean whileActive(Duration patience, Runnable task) {
    if (!leadership.mine() || !awaitPermit(patience)) {
      return false;
    }
    acting.lock();
    try {
      if (System.nanoTime() - permitUntil >= 0 || !leadership.mine()) {
        return false;
      }
      task.run();
      return true;
    } finally {
      acting.unlock();
    }
  }

  /** Hands the role over if it is here, waiting for that for some seconds, and stops. */
  @Override
  public void close() {
    closing = true;
    tell(_ -> machine.stop());
    try {
      if (!over.await(HANDOVER.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("could not hand the role of the active gateway over; it will be taken");
      }
      thread.interrupt();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    store.close();
    signs.close();
  }

  private void run() {
    try {
      while (!(closing && machine.stopped())) {
        Runnable event = events.poll(TICK.toNanos(), TimeUnit.NANOSECONDS);
        while (event != null) {
          event.run();
          event = events.poll();
        }
        round(System.nanoTime());
        step();
      }
    } catch (InterruptedException e) {
      log.debug("the election is over");
    } finally {
      over.countDown();
    }
  }

  private void round(long now) {
    if (now - nextRound < 0) {
      return;
    }
    nextRound = now + PeerLiveness.INTERVAL.toNanos();
    Standing standing = standing();
    // Blind as everybody is, as when the whole network is down, nobody would do better.
    boolean outdone = settings.reach().get() == Reach.BLIND && liveness.anySeeing();
    boolean fit = standing != Standing.UNFIT && !outdone;
    if (outdone != wasOutdone) {
      wasOutdone = outdone;
      log.info(
          outdone
              ? "no peer is reached through this node's tunnel, and one is through another's"
              : "this node's tunnel is no worse than another's again");
    }
    machine.eligible(fit, now);
    Map<String, InetSocketAddress> others = settings.others().get();
    liveness.round(others.keySet(), now);
    signs.ask(others);
  }

  private Standing standing() {
    return !settings.fit().getAsBoolean()
        ? Standing.UNFIT
        : settings.reach().get() == Reach.SEEING ? Standing.SEEING : Standing.CANDIDATE;
  }

  private void step() {
    Optional<LeaseWrite> write =
        machine.next(liveness::of, liveness.anyCandidate(), System.nanoTime());
    publish();
    write.ifPresent(this::send);
  }

  private void send(LeaseWrite write) {
    switch (write.kind()) {
      case CHALLENGE ->
          log.warn("no sign of life from {}, challenging its role", write.next().holder());
      case ACQUIRE -> log.info("taking the role of the active gateway");
      case RELEASE -> log.info("handing the role of the active gateway over");
      case CREATE, RENEW -> log.debug("{}", write);
    }
    Thread.ofVirtual()
        .name("lease-" + write.kind())
        .start(() -> {
          LeaseWrite.Outcome outcome = written(write);
          tell(now -> machine.finished(outcome, now));
        });
  }

  private LeaseWrite.Outcome written(LeaseWrite write) {
    if (write.kind() != LeaseWrite.Kind.RELEASE) {
      return attempt(write);
    }
    acting.lock(); // the machine has withdrawn the permit: whoever acts now is the last
    try {
      return attempt(write);
    } finally {
      acting.unlock();
    }
  }

  private LeaseWrite.Outcome attempt(LeaseWrite write) {
    try {
      return store.write(write);
    } catch (RuntimeException e) {
      log.warn("writing the Lease failed: {}", e.toString());
      return new LeaseWrite.Outcome.Unknown();
    }
  }

  private void publish() {
    if (machine.permitUntil() != permitUntil) {
      permits.lock();
      try {
        permitUntil = machine.permitUntil();
        permitChanged.signalAll();
      } finally {
        permits.unlock();
      }
    }
    Leadership before = leadership;
    Leadership after = new Leadership(machine.holder(), machine.mine(), machine.transitions());
    if (after.equals(before)) {
      return;
    }
    leadership = after;
    if (!after.active().equals(before.active())) {
      log.info(
          "the active gateway is {}{}",
          after.active().orElse("nobody"),
          after.mine() ? " (this node)" : "");
    }
    try {
      onChange.accept(after);
    } catch (RuntimeException e) {
      log.error("telling who is active", e);
    }
  }

  private boolean awaitPermit(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    permits.lock();
    try {
      while (permitUntil - System.nanoTime() < LEAST.toNanos()) {
        tell(_ -> machine.wantPermit());
        long left = end - System.nanoTime();
        if (left <= 0 || !leadership.mine() || closing) {
          return false;
        }
        // Asked again only then: what is asked wakes the election, which must not wake this for
        // nothing.
        permitChanged.awaitNanos(Math.min(left, TICK.toNanos()));
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      permits.unlock();
    }
  }

  private void tell(Consumer<Long> event) {
    events.add(() -> event.accept(System.nanoTime()));
  }

  /** Brings signs of life to the thread that owns them. */
  private final class Listener implements SignsOfLife.Listener {
    @Override
    public void answered(String node, Standing standing) {
      tell(_ -> liveness.answered(node, standing));
    }

    @Override
    public void refused(String node) {
      tell(_ -> liveness.refused(node));
    }
  }
}
