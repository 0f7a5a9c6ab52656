package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.sandbox.Inside;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real packets between real devices, which agents in manage mode set up by themselves. */
class TwoRegionsInside {
  private static final Cidr PODS = Cidr.of("10.52.0.0/16");

  @Test
  void theTunnelComesUpGoesOnAndMoves() throws IOException, InterruptedException {
    live();
  }

  /** All of it in one world, since each takes a while to come about. */
  static void live() throws IOException, InterruptedException {
    try (TwoRegions world = new TwoRegions()) {
      comesUp(world);
      anUnchangedPlanTouchesNothing(world);
      anEndpointThatRoamsIsFollowed(world);
      aNewKeyTakesOver(world);
      theActiveGatewayMoves(world);
      aPeerThatDiesIsNoticed(world);
    }
  }

  private static void comesUp(TwoRegions world) {
    String mn = world.mn.described(true);
    assertThat(world.fsn1.plan(mn)).endsWith("[] remain fine[]");
    assertThat(world.fsn2.plan(mn)).endsWith("[] remain fine[]");
    assertThat(world.mn.plan(world.fsn1.described(true), world.fsn2.described(false)))
        .endsWith("[] remain fine[]");
    TwoRegions.await(
        "mn reaches fsn1's pods", () -> world.mn.pings(TwoRegions.MN_POD, TwoRegions.FSN_POD));
    assertThat(world.fsn1.pings(TwoRegions.FSN_POD, TwoRegions.MN_POD))
        .as("and back, through the NAT that keepalives hold open")
        .isTrue();
    TwoRegions.await(
        "both gateways of fsn1 are up",
        () ->
            world.mn.ask("health " + world.fsn1.ask("key")).equals("UP true")
                && world.mn.ask("health " + world.fsn2.ask("key")).equals("UP true"));
    assertThat(world.mn.allowedIps(world.fsn1.ask("key")))
        .as("wg agrees")
        .containsExactly(PODS, Cidr.of("100.99.0.2/32"));
    assertThat(world.mn.allowedIps(world.fsn2.ask("key")))
        .containsExactly(Cidr.of("100.99.0.3/32"));
    assertThat(world.mn.ask("routes")).contains("10.52.0.0/16=" + world.fsn1.ask("key"));
    assertThat(world.mn.namespace.sh("ip route show 10.52.0.0/16"))
        .contains("dev " + world.mn.interfaceName + " proto 114");
    TwoRegions.await("mn sees no problem", () -> world.mn.ask("problems").equals("[]"));
  }

  private static void anUnchangedPlanTouchesNothing(TwoRegions world) {
    String before = world.mn.wg("latest-handshakes");
    assertThat(world.mn.plan(world.fsn1.described(true), world.fsn2.described(false)))
        .isEqualTo("0 applied [] remain fine[]");
    // In any order: userspace WireGuard lists its peers as they come.
    assertThat(world.mn.wg("latest-handshakes").lines())
        .containsExactlyInAnyOrderElementsOf(before.lines().toList());
  }

  private static void anEndpointThatRoamsIsFollowed(TwoRegions world) {
    String before = world.fsn1.wg("endpoints");
    assertThat(before).contains("203.0.113.1:");
    // The NAT gets another public address and with it mn another endpoint.
    world.router.sh("ip link set public down");
    world.router.sh("ip address delete 203.0.113.1/24 dev public");
    world.router.sh("ip address add 203.0.113.77/24 dev public");
    world.router.sh("ip link set public up");
    TwoRegions.await(
        "fsn1 sees mn at its new endpoint",
        () -> world.fsn1.wg("endpoints").contains("203.0.113.77:"));
    assertThat(world.fsn1.plan(world.mn.described(true)))
        .as("and is left there")
        .isEqualTo("0 applied [] remain fine[]");
    TwoRegions.await(
        "pods reach each other again",
        () -> world.fsn1.pings(TwoRegions.FSN_POD, TwoRegions.MN_POD));
  }

  private static void aNewKeyTakesOver(TwoRegions world) {
    String next = world.fsn1.ask("prepare");
    String fsn2 = world.fsn2.described(false);
    world.mn.plan(world.fsn1.described(next, true), fsn2);
    assertThat(world.mn.wg("peers")).contains(next);
    String old = world.fsn1.described(next, true);
    assertThat(world.fsn1.ask("promote")).isEqualTo("promoted");
    Instant start = Instant.now();
    assertThat(world.fsn1.plan(world.mn.described(true))).endsWith("fine[]");
    TwoRegions.await(
        "the ranges are with the new key",
        () -> {
          // A probe, as bridges send them all the time: it has the new key shake hands.
          world.fsn1.pings(TwoRegions.FSN_POD, TwoRegions.MN_POD);
          world.mn.plan(old, fsn2);
          return world.mn.allowedIps(next).contains(PODS);
        });
    TwoRegions.await(
        "pods reach each other by the new key",
        () -> world.mn.pings(TwoRegions.MN_POD, TwoRegions.FSN_POD));
    Inside.note(
        "key rotation: traffic flows again after "
            + Duration.between(start, Instant.now()).toMillis()
            + " ms");
  }

  private static void theActiveGatewayMoves(TwoRegions world) {
    world.mn.plan(world.fsn1.described(false), world.fsn2.described(true));
    assertThat(world.mn.allowedIps(world.fsn1.ask("key")))
        .containsExactly(Cidr.of("100.99.0.2/32"));
    assertThat(world.mn.allowedIps(world.fsn2.ask("key")))
        .containsExactly(PODS, Cidr.of("100.99.0.3/32"));
    assertThat(world.fsn2.plan(world.mn.described(true))).endsWith("fine[]");
    long before = received(world.fsn2);
    TwoRegions.await(
        "pods are reached through the other gateway",
        () -> world.mn.pings(TwoRegions.MN_POD, TwoRegions.FSN_POD));
    assertThat(received(world.fsn2)).isGreaterThan(before);
  }

  private static void aPeerThatDiesIsNoticed(TwoRegions world)
      throws IOException, InterruptedException {
    String key = world.fsn2.ask("key");
    world.fsn2.namespace.sh("ip link set c0 down");
    Instant start = Instant.now();
    TwoRegions.await(
        "the peer that died is seen as silent or down",
        () -> {
          world.mn.pings(TwoRegions.MN_POD, TwoRegions.FSN_POD);
          return List.of("SILENT true", "DOWN true").contains(world.mn.ask("health " + key));
        });
    Inside.note(
        "a peer that died was noticed after "
            + Duration.between(start, Instant.now()).toSeconds()
            + " s by its traffic alone");
    // On a machine that is short of time it may have been silent for a moment itself.
    String other = world.fsn1.ask("key");
    TwoRegions.await(
        "the other peer is seen as up", () -> world.mn.ask("health " + other).equals("UP true"));
    world.fsn2.stop();
  }

  private static long received(TwoRegions.Gateway gateway) {
    return gateway
        .wg("transfer")
        .lines()
        .mapToLong(l -> Long.parseLong(l.split("\t", -1)[1]))
        .sum();
  }
}
