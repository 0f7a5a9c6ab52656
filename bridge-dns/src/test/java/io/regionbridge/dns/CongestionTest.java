package io.regionbridge.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.RegionSimulation.Gateway;
import io.regionbridge.dns.upstream.GatewayHealth.State;
import io.regionbridge.dns.upstream.RelaySettings;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Type;

/**
 * How gateways are asked that have too much to do, stand still, are slow, or are behind a line that
 * loses packets: on a simulated clock, with the bars of the design.
 */
class CongestionTest {
  private static final double MOST = 1.3;
  private static final double MOST_WHEN_LOSSY = 2.2;

  /** A few in each build; {@code CONGESTION_SEEDS=1000} searches for more. */
  static LongStream seeds() {
    String more = System.getenv("CONGESTION_SEEDS");
    return LongStream.rangeClosed(1, more == null ? 6 : Long.parseLong(more));
  }

  private static void holdsTheBars(RegionSimulation region, double mostPackets) {
    assertThat(region.mostPacketsPerQuestion(0, region.time()))
        .as("%s", region)
        .isLessThanOrEqualTo(mostPackets);
    assertThat(region.mostPacketsForOne()).isLessThanOrEqualTo(RelaySettings.MOST_PER_GATEWAY);
  }

  @ParameterizedTest
  @CsvSource({
    // gateways, capacity of each, asked a second, seconds of the stall
    "1, 600, 400, 2",
    "1, 600, 400, 5",
    "1, 600, 400, 30",
    "1, 600, 550, 2",
    "1, 60, 40, 2",
    "1, 60, 40, 20",
    "1, 6000, 4000, 4",
    "2, 600, 400, 2",
    "2, 600, 1000, 4",
    "3, 600, 1500, 10",
    "2, 2000, 20, 3",
  })
  void aStallIsOverWithinThreeSecondsOfItsEnd(
      int gateways, double capacity, double rate, double stall) {
    for (int type : new int[] {Type.A, Type.AAAA}) {
      RegionSimulation region = new RegionSimulation(gateways, 1);
      region.gateways.forEach(g -> g.perSecond = capacity);
      region.run(3, rate);
      region.gateways.forEach(g -> g.stillUntil = 3 + stall);
      region.run(stall + 10, rate, () -> "n" + region.asked(), type);
      holdsTheBars(region, MOST);
      assertThat(region.answered(3 + stall + 3, 3 + stall + 8)).as("%s", region).isEqualTo(1);
    }
  }

  @Test
  void knownNamesAreAnsweredThroughoutAStallAndFreshAfterIt() {
    RegionSimulation region = new RegionSimulation(1, 1);
    Gateway gateway = region.gateways.getFirst();
    gateway.perSecond = 600;
    int[] next = {0};
    RegionSimulation.Names known = () -> "known" + next[0]++ % 1000;
    region.run(10, 400, known, Type.A);
    gateway.stillUntil = 14;
    region.run(14, 400, known, Type.A);
    assertThat(region.mostPacketsPerQuestion(0, region.time())).isLessThanOrEqualTo(MOST);
    assertThat(region.failed()).as("%s", region).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    // gateways, delay, asked a second
    "1, 0.6, 200",
    "1, 0.6, 500",
    "1, 1.2, 200",
    "1, 1.2, 500",
    "1, 1.2, 5",
    "2, 0.6, 500",
    "2, 1.2, 500",
  })
  void aSlowGatewayIsUpAndItsAnswersAreAwaited(int gateways, double delay, double rate) {
    RegionSimulation region = new RegionSimulation(gateways, 1);
    region.run(1, rate);
    region.gateways.forEach(g -> g.delaySeconds = delay);
    region.run(20, rate);
    holdsTheBars(region, MOST);
    assertThat(region.answered(1, 19)).as("%s", region).isEqualTo(1);
    assertThat(region.health(0).state()).isEqualTo(State.UP);
  }

  @ParameterizedTest
  @CsvSource({
    // gateways, delay, asked a second before and then
    "1, 0.6, 50, 500",
    "1, 1.2, 50, 500",
    "1, 1.2, 5, 1000",
    "1, 1.2, 0, 200",
    "2, 1.2, 50, 500",
  })
  void moreIsAskedOfAGatewayThatIsSlowAndItCarriesIt(
      int gateways, double delay, double before, double then) {
    RegionSimulation region = new RegionSimulation(gateways, 1);
    region.run(3, before);
    region.gateways.forEach(g -> g.delaySeconds = delay);
    region.run(20, then);
    holdsTheBars(region, MOST);
    assertThat(region.answered(13, 20)).as("%s", region).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    // gateways, asked a second, part that may fail: a run of few questions is a matter of luck
    "1, 56, 0.16",
    "2, 56, 0.04",
    "2, 10, 0.08",
    "2, 500, 0.03",
    "3, 200, 0.03",
  })
  void aLineThatLosesThirtyOfAHundredPacketsEachWayFailsFewNames(
      int gateways, double rate, double mayFail) {
    RegionSimulation region = new RegionSimulation(gateways, 1);
    region.gateways.forEach(g -> g.delaySeconds = 0.04);
    region.run(3, rate);
    region.gateways.forEach(g -> g.loss = 0.3);
    region.run(60, rate);
    holdsTheBars(region, MOST_WHEN_LOSSY);
    assertThat(region.answered(3, 61)).as("%s", region).isGreaterThanOrEqualTo(1 - mayFail);
  }

  /** Ten minutes of a line of 200 ms that loses half of all exchanges, with nobody asking. */
  @ParameterizedTest
  @MethodSource("seeds")
  void aLineThatLosesThirtyOfAHundredPacketsEachWayBringsNoGatewayDown(long seed) {
    RegionSimulation region = new RegionSimulation(1, seed);
    region.gateways.forEach(g -> g.delaySeconds = 0.2);
    region.run(10, 0);
    region.gateways.forEach(g -> g.loss = 0.15);
    region.run(10, 0);
    region.gateways.forEach(g -> g.loss = 0.3);
    region.run(10, 0);
    int changes = region.changes();
    region.run(600, 0);
    assertThat(region.health(0).state()).isEqualTo(State.UP);
    assertThat(region.changes()).isEqualTo(changes);
    assertThat(region.health(0).rtt() / 1e6).isBetween(190.0, 260.0);
  }

  /**
   * Ten minutes of two lines that lose half of all exchanges: which of two gateways is nearer is
   * known throughout.
   */
  @ParameterizedTest
  @MethodSource("seeds")
  void aLineThatLosesPacketsIsAsLongAsItWas(long seed) {
    RegionSimulation region = new RegionSimulation(2, seed);
    region.gateways.getFirst().delaySeconds = 0.12;
    region.gateways.getLast().delaySeconds = 0.2;
    region.gateways.forEach(g -> g.jitterSeconds = 0.02);
    region.run(10, 0);
    region.gateways.forEach(g -> g.loss = 0.3);
    for (int second = 0; second < 600; second++) {
      region.run(1, 0);
      assertThat(region.health(0).distance() / 1e6).as("%d s", second).isBetween(119.0, 142.0);
      assertThat(region.health(1).distance() / 1e6).as("%d s", second).isBetween(199.0, 222.0);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {5, 100, 2_000})
  void noNameIsLostWhenOneOfTwoGatewaysFallsSilent(double rate) {
    RegionSimulation region = new RegionSimulation(2, 1);
    region.run(3, rate);
    region.gateways.getFirst().dead = true;
    region.run(10, rate);
    region.gateways.getFirst().dead = false;
    region.run(10, rate);
    assertThat(region.failed()).as("%s", region).isZero();
    assertThat(region.mostPacketsForOne()).isLessThanOrEqualTo(RelaySettings.MOST_PER_GATEWAY);
    if (rate > 10) {
      holdsTheBars(region, MOST);
    }
  }

  /**
   * A share says nothing of three questions: there it is four packets, eight to another gateway.
   */
  @ParameterizedTest
  @CsvSource({
    // gateways, asked a second, further packets in three seconds
    "1, 0.3, 4",
    "1, 1, 4",
    "1, 4, 4",
    "2, 0.3, 8",
    "2, 1, 8",
    "2, 4, 8",
    "3, 8, 8",
  })
  void fewQuestionsCostFewPacketsMoreWhateverHappens(int gateways, double rate, int further) {
    for (int kind = 0; kind < 4; kind++) {
      RegionSimulation region = new RegionSimulation(gateways, 1);
      region.run(6, rate);
      for (Gateway g : region.gateways) {
        switch (kind) {
          case 0 -> g.dead = true;
          case 1 -> g.delaySeconds = 1.2;
          case 2 -> g.perSecond = 0.2;
          default -> g.stillUntil = 16;
        }
      }
      region.run(30, rate);
      assertThat(region.mostFurtherPackets(MOST))
          .as("kind %d: %s", kind, region)
          .isLessThanOrEqualTo(further);
      assertThat(region.mostPacketsForOne()).isLessThanOrEqualTo(RelaySettings.MOST_PER_GATEWAY);
    }
  }

  @Test
  void moreIsAskedThanCanBeAnsweredAndWhatCanBeIsAnswered() {
    RegionSimulation region = new RegionSimulation(1, 1);
    region.gateways.getFirst().perSecond = 300;
    region.run(30, 1_000);
    holdsTheBars(region, MOST);
    assertThat(region.answered(5, 28)).as("%s", region).isGreaterThan(0.2);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyTroubleAtAllGatewaysIsOverSoonAfterItsEnd(long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(3);
    double rate = 50 + random.nextInt(800);
    double capacity = rate * (1.5 + random.nextDouble());
    RegionSimulation region = new RegionSimulation(count, seed);
    region.gateways.forEach(g -> g.perSecond = capacity);
    region.run(3, rate);
    for (int i = 0; i < 8; i++) {
      double from = region.time();
      double lasts = 1 + random.nextInt(5);
      int kind = random.nextInt(3);
      for (Gateway g : region.gateways) {
        switch (kind) {
          case 0 -> g.stillUntil = from + lasts;
          case 1 -> g.perSecond = rate * (0.1 + random.nextDouble());
          default -> g.delaySeconds = 0.1 + random.nextDouble();
        }
      }
      region.run(lasts, rate);
      region.gateways.forEach(g -> {
        g.perSecond = capacity;
        g.delaySeconds = 0.001;
      });
      double end = region.time();
      region.run(6, rate);
      assertThat(region.answered(end + 3, end + 4))
          .as("kind %d from %.1f s to %.1f s%n%s", kind, from, end, region)
          .isEqualTo(1);
    }
    holdsTheBars(region, MOST);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyTroubleAtOneGatewayLosesNoNameThatAnotherCanAnswer(long seed) {
    Random random = new Random(seed);
    int count = 2 + random.nextInt(2);
    double rate = 50 + random.nextInt(800);
    double capacity = rate * 2;
    RegionSimulation region = new RegionSimulation(count, seed);
    region.gateways.forEach(g -> g.perSecond = capacity);
    region.run(3, rate);
    StringBuilder troubles = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      Gateway unwell = region.gateways.get(random.nextInt(count));
      double lasts = 1 + random.nextInt(5);
      int kind = random.nextInt(4);
      troubles.append(
          "%s: kind %d from %.0f s for %.0f s%n"
              .formatted(unwell.address, kind, region.time(), lasts));
      switch (kind) {
        case 0 -> unwell.stillUntil = region.time() + lasts;
        case 1 -> unwell.perSecond = rate * (0.1 + random.nextDouble());
        case 2 -> unwell.dead = true;
        default -> unwell.delaySeconds = 0.1 + random.nextDouble();
      }
      region.run(lasts, rate);
      unwell.perSecond = capacity;
      unwell.delaySeconds = 0.001;
      unwell.dead = false;
      region.run(4, rate);
    }
    holdsTheBars(region, MOST);
    assertThat(region.failed()).as("%s%s", troubles, region).isZero();
  }
}
