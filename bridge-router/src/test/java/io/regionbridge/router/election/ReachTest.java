package io.regionbridge.router.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.election.ReachObserver.Sight;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tunnels that are black: what probes find, and elections on real sockets that follow. */
@Timeout(120)
class ReachTest {
  private static final Duration TICK = Duration.ofMillis(100);

  private final Map<String, Reach> reach = new ConcurrentHashMap<>();
  private final Map<String, InetSocketAddress> nodes = new HashMap<>();
  private final List<GatewayElection> elections = new ArrayList<>();
  private final SharedLease lease = new SharedLease();

  @AfterEach
  void stop() {
    elections.forEach(GatewayElection::close);
  }

  @Test
  void blindIsWhoFindsEverybodyDownAndSeeingWhoGetsAnswersAndHasNotBeenBlindForAWhile() {
    ReachObserver eyes = new ReachObserver();
    long now = 0;
    assertThat(eyes.look(Sight.NOBODY_ASKED, now)).isEqualTo(Reach.UNKNOWN);
    assertThat(eyes.look(Sight.ANSWERS, now)).isEqualTo(Reach.SEEING);
    assertThat(eyes.look(Sight.DOUBT, now)).as("overdue").isEqualTo(Reach.UNKNOWN);
    assertThat(eyes.look(Sight.ANSWERS, now)).as("it came after all").isEqualTo(Reach.SEEING);
    assertThat(eyes.look(Sight.SILENCE, now)).isEqualTo(Reach.BLIND);
    assertThat(eyes.look(Sight.ANSWERS, now)).as("no longer blind").isEqualTo(Reach.UNKNOWN);
    for (int flap = 0; flap < 100; flap++) {
      now += TICK.toNanos();
      Sight found = flap % 20 == 0 ? Sight.SILENCE : Sight.ANSWERS;
      assertThat(eyes.look(found, now)).isNotEqualTo(Reach.SEEING);
    }
    eyes.look(Sight.SILENCE, now);
    eyes.look(Sight.ANSWERS, now);
    now += ReachObserver.RECOVERY.toNanos() / 2;
    assertThat(eyes.look(Sight.DOUBT, now)).isEqualTo(Reach.UNKNOWN);
    now += ReachObserver.RECOVERY.toNanos() / 2;
    assertThat(eyes.look(Sight.ANSWERS, now)).as("doubt was no break").isEqualTo(Reach.SEEING);
    assertThat(eyes.look(Sight.NOBODY_ASKED, now)).as("no peers any more").isEqualTo(Reach.UNKNOWN);
  }

  @Test
  void theRoleLeavesABlindNodeOnlyForOneThatSees() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      reach.put(name, Reach.UNKNOWN);
      nodes.put(name, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), FreePorts.next()));
    }
    start("a");
    Await.that("a is active", () -> active("a"));
    start("b");
    start("c");
    int before = elections.getFirst().leadership().transitions();

    nodes.keySet().forEach(name -> reach.put(name, Reach.BLIND));
    rounds(8);
    assertThat(active("a")).as("the whole network is down: nobody is better").isTrue();
    assertThat(elections.getFirst().leadership().transitions()).isEqualTo(before);

    reach.put("b", Reach.SEEING);
    Await.that("b sees and takes over, c does not", () -> active("b"));
    assertThat(elections.getFirst().leadership().transitions()).isEqualTo(before + 1);

    reach.put("a", Reach.SEEING);
    reach.put("c", Reach.SEEING);
    rounds(8);
    assertThat(active("b")).as("no fail-back").isTrue();

    reach.put("b", Reach.BLIND);
    Await.that("it leaves b when b goes blind", () -> active("a") || active("c"));
    assertThat(elections.getFirst().leadership().transitions()).isEqualTo(before + 2);
  }

  private void start(String name) throws IOException {
    Map<String, InetSocketAddress> others = new HashMap<>(nodes);
    others.remove(name);
    GatewayElection election =
        new GatewayElection(
            new GatewayElection.Settings(
                name,
                Objects.requireNonNull(nodes.get(name)),
                () -> others,
                () -> true,
                () -> reach.getOrDefault(name, Reach.UNKNOWN)),
            lease.store(),
            _ -> {},
            new Loops());
    elections.add(election);
    election.start();
  }

  private boolean active(String name) {
    return elections.stream()
        .allMatch(election -> election.leadership().active().equals(Optional.of(name)));
  }

  /** Lets everybody be asked a few times. */
  private void rounds(int count) {
    long end = System.nanoTime() + PeerLiveness.INTERVAL.toNanos() * count;
    Await.that("some rounds", () -> System.nanoTime() - end > 0);
  }

  /** A Lease in memory that behaves as the API server does: a write names what it replaces. */
  private static final class SharedLease {
    private final List<Consumer<Optional<LeaseState>>> watchers = new ArrayList<>();
    private Optional<LeaseState> state = Optional.empty();
    private int version;

    LeaseStore store() {
      return new LeaseStore() {
        @Override
        public void start(Consumer<Optional<LeaseState>> onLease) {
          synchronized (SharedLease.this) {
            watchers.add(onLease);
            onLease.accept(state);
          }
        }

        @Override
        public LeaseWrite.Outcome write(LeaseWrite write) {
          return written(write.next());
        }

        @Override
        public void close() {}
      };
    }

    private synchronized LeaseWrite.Outcome written(LeaseState next) {
      if (!next.version().equals(state.map(LeaseState::version).orElse(""))) {
        return new LeaseWrite.Outcome.Conflict();
      }
      LeaseState stored =
          new LeaseState(
              Integer.toString(++version),
              next.holder(),
              next.incarnation(),
              next.transitions(),
              next.permit(),
              next.challenger());
      state = Optional.of(stored);
      watchers.forEach(watcher -> watcher.accept(state));
      return new LeaseWrite.Outcome.Written(stored);
    }
  }
}
