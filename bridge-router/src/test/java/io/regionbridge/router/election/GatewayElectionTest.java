package io.regionbridge.router.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.loop.LoopHealth;
import io.regionbridge.router.loop.Loops;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GatewayElectionTest {
  private static final Duration WAITED = Duration.ofSeconds(2);

  /** Two threads that woke each other for as long as they waited took more than this each. */
  private static final Duration HARDLY_ANY_CPU = Duration.ofMillis(500);

  @Test
  void whoWaitsForAPermitThatDoesNotComeTakesHardlyAnyCpu() throws Exception {
    InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    GatewayElection.Settings settings =
        new GatewayElection.Settings("a", listen, Map::of, () -> true, () -> Reach.UNKNOWN);
    Silent store = new Silent();
    try (GatewayElection election = new GatewayElection(settings, store, _ -> {}, new Loops())) {
      election.start();
      Await.that("the role", () -> election.leadership().mine());
      store.silent = true;
      Await.that("the end of the permit", () -> !election.whileActive(Duration.ZERO, () -> {}));
      long before = cpuNanos();
      boolean ran = election.whileActive(WAITED, () -> {});
      long took = cpuNanos() - before;
      assertThat(ran).isFalse();
      assertThat(Duration.ofNanos(took)).isLessThan(HARDLY_ANY_CPU);
      store.silent = false;
    }
  }

  @Test
  void aHolderWhoseElectionFailsSaysHowOldItsLastRoundIsAndIsNamed() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    Loops loops = new Loops();
    InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    GatewayElection.Settings settings =
        new GatewayElection.Settings(
            "a",
            listen,
            () -> {
              if (broken.get()) {
                throw new IllegalStateException("thrown by the test");
              }
              return Map.of();
            },
            () -> true,
            () -> Reach.UNKNOWN);
    try (GatewayElection election = new GatewayElection(settings, new Silent(), _ -> {}, loops)) {
      election.start();
      Await.that("the role", () -> election.leadership().mine());
      broken.set(true);
      Await.that("it is named", () -> !health(loops).good());
      Await.that("it is not active", () -> !election.leadership().mine());
      assertThat(election.leadership().active()).isEmpty();
      assertThat(election.whileActive(Duration.ZERO, () -> {})).isFalse();
      broken.set(false);
      Await.that("the role again", () -> election.leadership().mine() && health(loops).good());
    }
  }

  private static LoopHealth health(Loops loops) {
    return loops.health().stream()
        .filter(loop -> loop.name().equals("election"))
        .findFirst()
        .orElseThrow();
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Takes every write, until the API server says nothing any more. */
  private static final class Silent implements LeaseStore {
    private volatile boolean silent;
    private final AtomicInteger version = new AtomicInteger();

    @Override
    public void start(Consumer<Optional<LeaseState>> onLease) {
      onLease.accept(Optional.empty());
    }

    @Override
    public LeaseWrite.Outcome write(LeaseWrite write) {
      return silent
          ? new LeaseWrite.Outcome.Unknown()
          : new LeaseWrite.Outcome.Written(numbered(write.next()));
    }

    private LeaseState numbered(LeaseState next) {
      return new LeaseState(
          Integer.toString(version.incrementAndGet()),
          next.holder(),
          next.incarnation(),
          next.transitions(),
          next.permit(),
          next.challenger());
    }

    @Override
    public void close() {}
  }
}
