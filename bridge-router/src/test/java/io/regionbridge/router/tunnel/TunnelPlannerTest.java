package io.regionbridge.router.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.wireguard.Device;
import io.regionbridge.router.wireguard.Peer;
import io.regionbridge.router.wireguard.PeerEndpoint;
import io.regionbridge.router.wireguard.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TunnelPlannerTest {
  private static final Instant EARLIER = Instant.ofEpochSecond(1000);
  private static final LocalTunnel LOCAL =
      new LocalTunnel(
          "wg0",
          key(99),
          51820,
          0,
          1420,
          List.of(new OverlayAddress(IpLiteral.parse("100.99.0.9").orElseThrow(), 24)),
          25);

  @Test
  void everyGatewayIsAPeerAndTheActiveOneGetsTheRanges() {
    assertThat(
            planned(
                gateway("fsn1", 1, true, "10.52.0.0/16", "10.53.0.0/16"),
                gateway("fsn1", 2, false, "10.52.0.0/16", "10.53.0.0/16")))
        .containsExactly(
            "fsn1/1 [10.52.0.0/16, 10.53.0.0/16, 100.99.0.1/32]", "fsn1/2 [100.99.0.2/32]");
  }

  @Test
  void theOrderOfTheInputMeansNothing() {
    RemoteGateway a = gateway("fsn1", 1, true, "10.52.0.0/16");
    RemoteGateway b = gateway("mn", 2, true, "10.42.0.0/16");
    assertThat(planned(a, b)).isEqualTo(planned(b, a));
  }

  @Test
  void rangesThatOverlapGoToTheFirstAndAreNamed() {
    TunnelPlanner.Planned planned =
        plan(gateway("a", 1, true, "10.0.0.0/8"), gateway("b", 2, true, "10.42.0.0/16"));
    assertThat(planned.conflicts())
        .containsExactly("10.42.0.0/16 of b/2 overlaps 10.0.0.0/8 of a/1; it is not routed");
    assertThat(planned.plan().routes()).containsExactly(Cidr.of("10.0.0.0/8"));
  }

  @Test
  void aRangeThatTouchesTheOverlayIsNotRouted() {
    TunnelPlanner.Planned planned = plan(gateway("a", 1, true, "100.64.0.0/10"));
    assertThat(planned.conflicts()).hasSize(1).first().asString().contains("the overlay itself");
    assertThat(planned.plan().routes()).isEmpty();
  }

  @Test
  void sharedKeysAndAddressesAreNamedAndNotPlannedTwice() {
    RemoteGateway a = gateway("a", 1, true);
    RemoteGateway sameKey = gateway("b", 1, true);
    RemoteGateway ourKey = gateway("c", 99, true);
    assertThat(plan(a, sameKey, ourKey).conflicts())
        .containsExactly(
            "b/1 has the same public key as another node; it is left out",
            "c/99 has the same public key as another node; it is left out");
    RemoteGateway sameAddress =
        new RemoteGateway(
            "b",
            "2",
            key(2),
            Optional.empty(),
            a.overlayAddress(),
            Optional.empty(),
            Optional.empty(),
            false,
            List.of());
    assertThat(plan(a, sameAddress).conflicts())
        .containsExactly("100.99.0.1/32 of b/2 is also that of a/1");
  }

  @Test
  void onlyPeersThatCanBeCalledGetKeepalives() {
    assertThat(plan(gateway("a", 1, true)).plan().peers().getFirst().persistentKeepalive())
        .isEqualTo(25);
    RemoteGateway behindNat =
        new RemoteGateway(
            "b",
            "2",
            key(2),
            Optional.empty(),
            IpLiteral.parse("100.99.0.2").orElseThrow(),
            Optional.empty(),
            Optional.empty(),
            true,
            List.of());
    assertThat(plan(behindNat).plan().peers().getFirst().persistentKeepalive()).isZero();
  }

  @Test
  void theNextKeyIsThereWithoutRangesUntilAHandshakeUsesIt() {
    RemoteGateway rotating = rotating();
    assertThat(names(TunnelPlanner.plan(LOCAL, List.of(rotating), Optional.empty())))
        .containsExactly("a/1 [10.1.0.0/16, 100.99.0.1/32]", "a/1 (next key) []");
    assertThat(names(TunnelPlanner.plan(LOCAL, List.of(rotating), handshakes(EARLIER, null))))
        .containsExactly("a/1 [10.1.0.0/16, 100.99.0.1/32]", "a/1 (next key) []");
  }

  @Test
  void theNextKeyIsCalledSoThatTwoSidesThatSwitchAtOnceFindEachOther() {
    assertThat(
            TunnelPlanner.plan(LOCAL, List.of(rotating()), Optional.empty()).plan().peers().stream()
                .map(PlannedPeer::persistentKeepalive))
        .containsExactly(25, 5);
  }

  @Test
  void aHandshakeByTheNextKeyMovesTheRanges() {
    TunnelPlanner.Planned planned =
        TunnelPlanner.plan(LOCAL, List.of(rotating()), handshakes(EARLIER, EARLIER.plusSeconds(1)));
    assertThat(planned.plan().peers()).hasSize(1);
    assertThat(planned.plan().peers().getFirst().publicKey()).isEqualTo(key(7));
    assertThat(planned.plan().peers().getFirst().allowedIps()).contains(Cidr.of("10.1.0.0/16"));
  }

  private static RemoteGateway rotating() {
    RemoteGateway g = gateway("a", 1, true, "10.1.0.0/16");
    return new RemoteGateway(
        g.region(),
        g.name(),
        g.publicKey(),
        Optional.of(key(7)),
        g.overlayAddress(),
        g.endpoint(),
        g.presharedKey(),
        g.active(),
        g.ranges());
  }

  private static Optional<Device> handshakes(Instant old, @Nullable Instant next) {
    return Optional.of(
        new Device(
            "wg0",
            Optional.empty(),
            0,
            0,
            List.of(peer(key(1), Optional.of(old)), peer(key(7), Optional.ofNullable(next)))));
  }

  private static Peer peer(PublicKey key, Optional<Instant> handshake) {
    return new Peer(key, Optional.empty(), Optional.empty(), 0, handshake, 0, 0, List.of());
  }

  private static List<String> planned(RemoteGateway... gateways) {
    return names(plan(gateways));
  }

  private static List<String> names(TunnelPlanner.Planned planned) {
    assertThat(planned.conflicts()).isEmpty();
    return planned.plan().peers().stream().map(p -> p.name() + " " + p.allowedIps()).toList();
  }

  private static TunnelPlanner.Planned plan(RemoteGateway... gateways) {
    return TunnelPlanner.plan(LOCAL, Arrays.asList(gateways), Optional.empty());
  }

  private static RemoteGateway gateway(
      String region, int number, boolean active, String... ranges) {
    return new RemoteGateway(
        region,
        String.valueOf(number),
        key(number),
        Optional.empty(),
        IpLiteral.parse("100.99.0." + number).orElseThrow(),
        PeerEndpoint.parse("192.0.2." + number + ":51820"),
        Optional.empty(),
        active,
        Arrays.stream(ranges).map(Cidr::of).toList());
  }

  private static PublicKey key(int number) {
    byte[] octets = new byte[32];
    octets[31] = (byte) number;
    return PublicKey.of(octets);
  }
}
