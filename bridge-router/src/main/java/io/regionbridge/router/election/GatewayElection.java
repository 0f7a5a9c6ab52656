package io.regionbridge.router.election;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.loop.Loop;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.loop.Timing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
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
  private static final Logger log = LoggerFactory.getLogger(GatewayElection.class);
  private static final Duration TICK = Duration.ofMillis(50);
  private static final Duration HANDOVER = Duration.ofSeconds(6);

  /** Others need this long to find a holder dead, and the shortest window to take its place. */
  private static final Duration DOUBTED_AFTER =
      PeerLiveness.OLDEST.plus(ElectionMachine.SHORTEST_PERMIT);

  /** What has to be left of a permit for a task to begin. */
  private static final Duration LEAST = ElectionMachine.SHORTEST_PERMIT.dividedBy(4);

  /**
   * The settings of the election.
   *
   * @param node this node's name
   * @param listen UDP address that answers heartbeats
   * @param others the other router nodes and their addresses; asked several times a second
   * @param fit whether this node could be the active gateway: overlay up, DNS serving
   * @param reach whether it reaches a peer through its tunnel; any thread
   */
  public record Settings(
      String node,
      InetSocketAddress listen,
      Supplier<Map<String, InetSocketAddress>> others,
      BooleanSupplier fit,
      Supplier<Reach> reach) {}

  private final Settings settings;
  private final LeaseStore store;
  private final Consumer<Leadership> onChange;
  private final ElectionMachine machine;
  private final PeerLiveness liveness = new PeerLiveness();
  private final Heartbeats heartbeats;
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final ReentrantLock acting = new ReentrantLock();
  private final ReentrantLock permits = new ReentrantLock();
  private final Condition permitChanged = permits.newCondition();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Loop loop;
  private volatile Leadership leadership = Leadership.UNKNOWN;
  private volatile long permitUntil = ElectionMachine.NEVER;
  private volatile boolean closing;
  private volatile long lastRound = System.nanoTime();
  private boolean wasOutdone;
  private long nextRound = System.nanoTime();

  /**
   * Takes no part yet, but binds the address for heartbeats.
   *
   * @param namespace of the Lease
   * @param onChange called on the election's thread; must not block
   * @throws IOException if the address cannot be bound
   */
  public GatewayElection(
      Settings settings,
      KubernetesClient client,
      String namespace,
      Consumer<Leadership> onChange,
      Clock clock,
      Loops loops)
      throws IOException {
    this(settings, new KubernetesLease(client, namespace, clock, loops), onChange, loops);
  }

  GatewayElection(Settings settings, LeaseStore store, Consumer<Leadership> onChange, Loops loops)
      throws IOException {
    this.settings = settings;
    this.store = store;
    this.onChange = onChange;
    this.machine = new ElectionMachine(settings.node(), UUID.randomUUID().toString());
    this.heartbeats =
        new Heartbeats(settings.node(), settings.listen(), this::report, new Listener(), loops);
    this.loop = loops.loop("election", Timing.every(TICK), this::look);
  }

  /** Begins to take part. */
  public void start() {
    heartbeats.start();
    loop.start();
    store.start(lease -> dispatch(now -> machine.observe(lease, now)));
  }

  /**
   * Who is active, as last heard. Nobody is for a holder that stood still: it asks first whether it
   * still has the role. Any thread.
   */
  public Leadership leadership() {
    Leadership known = leadership;
    return known.mine() && stoodStill(System.nanoTime())
        ? new Leadership(Optional.empty(), false, known.transitions())
        : known;
  }

  /** Why this node cannot take part, in words, if it cannot. Any thread. */
  public Optional<String> problem() {
    return store.problem();
  }

  /**
   * Runs a task if this node is the active gateway and the API server has just confirmed it, and
   * returns whether it did. The task must name the version of each object that it writes, and end
   * within seconds; a hand-over waits for it. Any thread but the election's.
   *
   * @param timeout how long to wait for the permit
   */
  public boolean whileActive(Duration timeout, Runnable task) {
    if (!leadership.mine() || !awaitPermit(timeout)) {
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
    dispatch(_ -> machine.stop());
    try {
      if (!over.await(HANDOVER.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("could not hand the role of the active gateway over; it will be taken");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loop.close();
    store.close();
    heartbeats.close();
  }

  private void look() {
    for (Runnable event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
    runRound(System.nanoTime());
    step();
    if (closing && machine.stopped()) {
      over.countDown();
    }
  }

  private void runRound(long now) {
    if (now - nextRound < 0) {
      return;
    }
    if (stoodStill(now)) {
      if (machine.mine()) {
        log.warn(
            "the election stood still for {} ms, asking whether the role is still here",
            Duration.ofNanos(now - lastRound).toMillis());
      }
      machine.suspend();
    }
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
    machine.setEligible(fit, now);
    Map<String, InetSocketAddress> others = settings.others().get();
    liveness.round(others.keySet(), now);
    heartbeats.ask(others);
    nextRound = now + PeerLiveness.INTERVAL.toNanos();
    lastRound = now; // only now: one that failed was none
  }

  /** Whether there was no round for so long that another may have taken the role meanwhile. */
  private boolean stoodStill(long now) {
    return now - lastRound > DOUBTED_AFTER.toNanos();
  }

  private Heartbeat.Report report() {
    return new Heartbeat.Report(standing(), Duration.ofNanos(System.nanoTime() - lastRound));
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
          log.warn("no heartbeat from {}, challenging its role", write.next().holder());
      case ACQUIRE -> log.info("taking the role of the active gateway");
      case RELEASE -> log.info("handing the role of the active gateway over");
      case CREATE, RENEW -> log.debug("{}", write);
    }
    Thread.ofVirtual()
        .name("lease-" + write.kind())
        .start(() -> {
          LeaseWrite.Outcome outcome = write(write);
          dispatch(now -> machine.finish(outcome, now));
          if (outcome instanceof LeaseWrite.Outcome.Conflict) {
            store.read().ifPresent(is -> dispatch(now -> machine.observe(Optional.of(is), now)));
          }
        });
  }

  private LeaseWrite.Outcome write(LeaseWrite write) {
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
      log.error("reporting the active gateway", e);
    }
  }

  private boolean awaitPermit(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    permits.lock();
    try {
      while (permitUntil - System.nanoTime() < LEAST.toNanos()) {
        dispatch(_ -> machine.wantPermit());
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

  private void dispatch(Consumer<Long> event) {
    events.add(() -> event.accept(System.nanoTime()));
    loop.lookAgain();
  }

  /** Brings heartbeats to the thread that owns them. */
  private final class Listener implements Heartbeats.Listener {
    @Override
    public void answered(String node, Heartbeat.Report report) {
      dispatch(_ -> liveness.answered(node, report));
    }

    @Override
    public void refused(String node) {
      dispatch(_ -> liveness.refused(node));
    }
  }
}
