package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.HostilePeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverlayDiscoveryTest {
  /**
   * On an overlay of many devices few are gateways: laptops, exit nodes and hosts that are routed
   * one by one are not asked, and who is offline is asked in few rounds.
   */
  @ParameterizedTest
  @CsvSource({
    "100.64.0.1/32 10.52.0.0/16, true, false, false, true",
    "100.64.0.1/32, true, false, false, false",
    "100.64.0.1/32, true, false, true, false",
    "100.64.0.1/32 10.52.9.9/32 fd00::9/128, true, false, true, false",
    "100.64.0.1/32 0.0.0.0/0 ::/0, true, false, true, false",
    "100.64.0.1/32, true, true, false, true",
    "100.64.0.1/32 10.52.0.0/16, false, false, false, false",
    "100.64.0.1/32 10.52.0.0/16, false, false, true, true",
    "100.64.0.1/32 10.52.0.0/16, false, true, false, false",
  })
  void asksWhoCouldBeAGatewayAndIsThere(
      String routed, boolean online, boolean gateway, boolean offlineRound, boolean asked) {
    OverlayView.Peer peer =
        new OverlayView.Peer(
            "key",
            InetAddress.ofLiteral("100.64.0.1"),
            Arrays.stream(routed.split(" ", -1)).map(Cidr::of).toList(),
            online);
    assertThat(OverlayDiscovery.worthAsking(peer, gateway, offlineRound)).isEqualTo(asked);
  }

  /** The overlay may move the range to the other gateway, whose bridge is heard by then. */
  @Test
  void asksTheOtherGatewaysOfARegion() throws Exception {
    InetAddress owner = InetAddress.ofLiteral("127.0.66.88");
    InetAddress standby = InetAddress.ofLiteral("127.0.66.99");
    int port = FreePorts.next();
    try (HostilePeer primary = HostilePeer.start(owner, FreePorts.next(), port);
        HostilePeer second = HostilePeer.start(standby, FreePorts.next(), port)) {
      primary.say(
          "{\"name\": \"mn\", \"podCIDRs\": [\"10.52.0.0/16\"], \"gateways\": [\"127.0.66.99\"]}");
      second.say("{\"name\": \"mn\", \"accepts\": true}");
      OverlayView overlay =
          new FakeOverlay(
              List.of(
                  new OverlayView.Peer("one", owner, List.of(Cidr.of("10.52.0.0/16")), true),
                  new OverlayView.Peer("two", standby, List.of(Cidr.host(standby)), true)),
              Optional.of("next"));
      try (OverlayDiscovery discovery =
          new OverlayDiscovery(overlay, port, 1053, () -> {}, new Loops())) {
        discovery.start();
        Await.that(
            "the gateway that owns nothing is heard",
            () -> discovery.accepted("next").contains(standby));
      }
    }
  }

  /** Else one peer could have every device of the overlay asked. */
  @Test
  void asksSixteenOfTheGatewaysThatAClaimNames() {
    List<PeerRegion.Gateway> gateways =
        IntStream.rangeClosed(1, 64)
            .mapToObj(i ->
                new PeerRegion.Gateway(
                    new InetSocketAddress(InetAddress.ofLiteral("100.64.0." + i), 1053),
                    Optional.empty()))
            .toList();
    PeerClaim claim =
        new PeerClaim(
            PeerSource.OVERLAY,
            "mn",
            Optional.empty(),
            List.of(),
            List.of(),
            gateways,
            Optional.empty(),
            List.of(),
            new Identity(Optional.empty(), Set.of(), Set.of()));
    assertThat(OverlayDiscovery.named(List.of(claim))).hasSize(16);
  }
}
