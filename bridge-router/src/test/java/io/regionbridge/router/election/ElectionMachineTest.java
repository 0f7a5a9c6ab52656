package io.regionbridge.router.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several machines in virtual time; {@link ElectionWorld} checks that two never act at once. */
@Timeout(120)
class ElectionMachineTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void somebodyBecomesActiveSoonAfterTheStart() {
    ElectionWorld world = world(1);
    assertThat(world.holder()).isNotEmpty();
    assertThat(world.holders).hasSize(1);
  }

  @Test
  void aDeadHolderIsReplacedWithinTwoSeconds() {
    for (int seed = 0; seed < 200; seed++) {
      ElectionWorld world = world(seed);
      String first = world.holder();
      world.holderNode().crash();
      world.run(Duration.ofSeconds(2));
      assertThat(world.holder()).as("seed %d", seed).isNotEqualTo(first);
    }
  }

  @Test
  void aNodeThatLosesPowerIsReplacedWithinTwoSeconds() {
    for (int seed = 0; seed < 200; seed++) {
      ElectionWorld world = world(seed);
      String first = world.holder();
      world.holderNode().stalledUntil = Long.MAX_VALUE; // nothing comes back, not even a refusal
      world.run(Duration.ofSeconds(2));
      assertThat(world.holder()).as("seed %d", seed).isNotEqualTo(first);
    }
  }

  @Test
  void aNodeThatComesBackDoesNotGetItsRoleBack() {
    ElectionWorld world = world(3);
    ElectionWorld.Node first = world.holderNode();
    first.crash();
    world.run(Duration.ofSeconds(3));
    String second = world.holder();
    first.restart();
    world.run(MINUTE);
    assertThat(world.holder()).isEqualTo(second).isNotEqualTo(first.name);
    assertThat(world.holders).hasSize(2);
  }

  @Test
  void aLoneNodeTakesItsOwnRoleBackAfterARestart() {
    ElectionWorld world = new ElectionWorld(4, 1);
    world.run(SECOND.multipliedBy(3));
    world.holderNode().crash();
    world.run(SECOND);
    world.node("node-0").restart();
    world.run(SECOND.multipliedBy(2));
    assertThat(world.node("node-0").machine.mine()).isTrue();
    assertThat(world.holders).containsExactly("node-0");
  }

  @Test
  void aHolderThatStopsHandsOverAtOnce() {
    ElectionWorld world = world(5);
    ElectionWorld.Node first = world.holderNode();
    first.machine.stop();
    world.run(Duration.ofMillis(200));
    assertThat(world.holder()).isNotEmpty().isNotEqualTo(first.name);
    assertThat(first.machine.stopped()).isTrue();
  }

  @Test
  void aHolderThatIsUnfitHandsOverAtOnceAndOnlyIfSomebodyElseIsFit() {
    ElectionWorld world = world(6);
    ElectionWorld.Node first = world.holderNode();
    world.nodes.values().forEach(node -> node.fit = false);
    world.run(SECOND);
    assertThat(world.holder()).isEqualTo(first.name);

    world.nodes.values().forEach(node -> node.fit = !node.equals(first));
    world.run(SECOND);
    assertThat(world.holder()).isNotEmpty().isNotEqualTo(first.name);
  }

  @Test
  void aHolderThatStoodStillHasTheRoleOnlyIfTheLeaseStillSaysSo() {
    ElectionMachine machine = new ElectionMachine("a", "a#1");
    machine.setEligible(true, 0);
    LeaseState held =
        new LeaseState("7", "a", "a#1", 3, ElectionMachine.SHORTEST_PERMIT, Optional.empty());
    machine.observe(Optional.of(held), 0);
    assertThat(machine.mine()).isTrue();

    machine.suspend();
    assertThat(machine.mine()).isFalse();
    assertThat(machine.holder()).isEmpty();
    assertThat(machine.next(_ -> Liveness.CANDIDATE, true, 1))
        .map(LeaseWrite::kind)
        .contains(LeaseWrite.Kind.RENEW);
    LeaseState renewed =
        new LeaseState("8", "a", "a#1", 3, ElectionMachine.SHORTEST_PERMIT, Optional.empty());
    machine.finish(new LeaseWrite.Outcome.Written(renewed), 2);
    assertThat(machine.mine()).isTrue();

    machine.suspend();
    machine.next(_ -> Liveness.CANDIDATE, true, 3);
    machine.finish(new LeaseWrite.Outcome.Conflict(), 4);
    assertThat(machine.mine()).isFalse();
    LeaseState taken =
        new LeaseState("9", "b", "b#1", 4, ElectionMachine.SHORTEST_PERMIT, Optional.empty());
    machine.observe(Optional.of(taken), 5);
    assertThat(machine.mine()).isFalse();
    assertThat(machine.holder()).contains("b");
  }

  @Test
  void aSlowApiServerChangesNothing() {
    for (int seed = 0; seed < 50; seed++) {
      ElectionWorld world = world(seed);
      world.apiDelay = () -> world.random.nextLong(2_000 * ElectionWorld.MILLI);
      world.run(Duration.ofMinutes(5));
      assertThat(world.holders).as("seed %d", seed).hasSize(1);
    }
  }

  @Test
  void theHolderCanStillActWhileTheApiServerTakesTwoSeconds() {
    ElectionWorld world = world(8);
    world.apiDelay = () -> 1_000 * ElectionWorld.MILLI;
    world.run(MINUTE);
    int acting = 0;
    for (int i = 0; i < 600; i++) {
      world.run(Duration.ofMillis(100));
      acting += world.holderNode().mayAct() ? 1 : 0;
    }
    assertThat(acting).isGreaterThan(300);
  }

  @Test
  void anApiServerThatIsAwayForAMinuteChangesNothing() {
    for (int seed = 0; seed < 50; seed++) {
      ElectionWorld world = world(seed);
      for (int outage = 0; outage < 5; outage++) {
        world.apiUp = false;
        world.run(MINUTE);
        world.apiUp = true;
        world.run(SECOND.multipliedBy(20));
      }
      assertThat(world.holders).as("seed %d", seed).hasSize(1);
    }
  }

  @Test
  void aBrokenPathBetweenTheNodesAloneChangesNothing() {
    ElectionWorld world = world(9);
    cutAll(world);
    world.run(MINUTE);
    assertThat(world.holders).hasSize(1);
  }

  @Test
  void aHolderThatIsCutOffFromEverythingIsReplacedAndStopsActingFirst() {
    ElectionWorld world = world(10);
    ElectionWorld.Node first = world.holderNode();
    cutAll(world);
    world.cutFromApi.add(first.name);
    world.run(SECOND.multipliedBy(3));
    assertThat(world.holder()).isNotEmpty().isNotEqualTo(first.name);
  }

  @Test
  void aDeletedLeaseIsMadeAnewWithoutTwoActing() {
    for (int seed = 0; seed < 100; seed++) {
      ElectionWorld world = world(seed);
      world.deleteLease();
      world.run(SECOND.multipliedBy(3));
      assertThat(world.holder()).as("seed %d", seed).isNotEmpty();
    }
  }

  /** Everything at once; the world itself checks that two never act. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void twoNeverActAtOnceWhateverHappens(int count) {
    for (int seed = 0; seed < 80; seed++) {
      ElectionWorld world = new ElectionWorld(seed * 31L + count, count);
      world.apiDelay = () -> delay(world, 1_500);
      world.pathDelay = () -> delay(world, 200);
      world.apiLoss = 0.05;
      for (int i = 0; i < 60; i++) {
        mishap(world);
        world.run(Duration.ofMillis(world.random.nextInt(3_000)));
      }
      world.cutPaths.clear();
      world.cutFromApi.clear();
      world.apiUp = true;
      world.apiLoss = 0;
      world.apiDelay = () -> ElectionWorld.MILLI;
      world.pathDelay = () -> ElectionWorld.MILLI;
      world.nodes.values().stream().filter(node -> !node.up).forEach(ElectionWorld.Node::restart);
      world.nodes.values().forEach(node -> node.fit = true);
      world.run(MINUTE);
      assertThat(world.holder()).as("seed %d: healed", seed).isNotEmpty();
      assertThat(world.holderNode().machine.mine()).as("seed %d: and knows it", seed).isTrue();
    }
  }

  private static void mishap(ElectionWorld world) {
    List<ElectionWorld.Node> nodes = List.copyOf(world.nodes.values());
    ElectionWorld.Node node = nodes.get(world.random.nextInt(nodes.size()));
    ElectionWorld.Node other = nodes.get(world.random.nextInt(nodes.size()));
    switch (world.random.nextInt(9)) {
      case 0 -> node.crash();
      case 1, 2 -> {
        if (!node.up) {
          node.restart();
        }
      }
      case 3 -> world.cutPaths.add(node.name + other.name);
      case 4 -> world.cutPaths.clear();
      case 5 -> world.cutFromApi.add(node.name);
      case 6 -> world.cutFromApi.clear();
      case 7 -> node.fit = !node.fit;
      default -> node.stalledUntil = world.now + world.random.nextLong(3_000 * ElectionWorld.MILLI);
    }
    if (world.random.nextInt(10) == 0) {
      world.apiUp = !world.apiUp;
    }
  }

  private static void cutAll(ElectionWorld world) {
    for (String one : world.nodes.keySet()) {
      for (String other : world.nodes.keySet()) {
        world.cutPaths.add(one + other);
      }
    }
  }

  /** Mostly quick, seldom as long as can be. */
  private static long delay(ElectionWorld world, int mostMillis) {
    long most = world.random.nextInt(8) == 0 ? mostMillis : 20;
    return world.random.nextLong(most * ElectionWorld.MILLI) + 1;
  }

  private static ElectionWorld world(long seed) {
    ElectionWorld world = new ElectionWorld(seed, 3);
    world.run(SECOND.multipliedBy(5));
    return world;
  }
}
