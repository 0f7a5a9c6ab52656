package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.TunnelEnd;
import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerEndsTest {
  private static final InetSocketAddress ENDPOINT = new InetSocketAddress(ip("192.0.2.1"), 51820);

  private final PeerEnds ends = new PeerEnds();

  @Test
  void atFirstThereIsTheDeclaredEndAlone() {
    assertThat(follow(declared(1))).containsExactly("gateway 100.99.1.1 key 1 active");
  }

  @Test
  void itsBridgeTellsOfTheOthersAndWhichIsActive() {
    assertThat(follow(declared(1), said(1, 3, end(1, 1, false), end(2, 2, true))))
        .containsExactly("m1 100.99.1.1 key 1", "m2 100.99.1.2 key 2 active");
  }

  @Test
  void whatWasLearnedStaysWhileNobodyAnswers() {
    var _ = follow(declared(1), said(1, 3, end(1, 1, false), end(2, 2, true)));
    assertThat(follow(declared(1), old(1, 3)))
        .containsExactly("m1 100.99.1.1 key 1", "m2 100.99.1.2 key 2 active");
  }

  @Test
  void aKeyThatIsAboutToBeUsedIsThereBesideTheOther() {
    TunnelEnd rotating =
        new TunnelEnd(
            "m1",
            key(1),
            Optional.of(key(9)),
            Optional.of(ip("100.99.1.1")),
            Optional.empty(),
            0,
            true);
    assertThat(follow(declared(1), said(1, 0, rotating)))
        .containsExactly("m1 100.99.1.1 key 1 next 9 active");
    assertThat(follow(declared(1), said(1, 0, end(1, 9, true))))
        .containsExactly("m1 100.99.1.1 key 9 active");
  }

  @Test
  void aBridgeThatStartsAfterARotationKnowsItByWhatWasWrittenDown() {
    var _ = follow(declared(1), said(1, 0, end(1, 9, true), end(2, 2, false)));
    PeerEnds restarted = new PeerEnds();
    assertThat(texts(restarted.follow(declared(1), ends.record("mn"), List.of())))
        .containsExactly("m1 100.99.1.1 key 9 active", "m2 100.99.1.2 key 2");
  }

  @Test
  void aDeclarationThatCatchesUpChangesNothingAndAnotherOneCounts() {
    var _ = follow(declared(1), said(1, 0, end(1, 9, false), end(2, 2, true)));
    assertThat(follow(declared(9)))
        .containsExactly("m1 100.99.1.1 key 9", "m2 100.99.1.2 key 2 active");
    assertThat(follow(declared(7)))
        .containsExactly("gateway 100.99.1.1 key 7", "m2 100.99.1.2 key 2 active");
  }

  @Test
  void whoeverKnowsTheNewestActiveGatewayIsBelieved() {
    assertThat(
            follow(
                declared(1),
                said(1, 3, end(1, 1, true), end(2, 2, false)),
                said(2, 4, end(1, 1, false), end(2, 2, true))))
        .containsExactly("m1 100.99.1.1 key 1", "m2 100.99.1.2 key 2 active");
  }

  @Test
  void eachEndKnowsItsOwnKeyBest() {
    assertThat(
            follow(
                declared(1),
                said(1, 3, end(1, 8, true), end(2, 2, false)),
                said(2, 4, end(1, 1, true), end(2, 2, false))))
        .containsExactly("m1 100.99.1.1 key 8 active", "m2 100.99.1.2 key 2");
  }

  @Test
  void noRegionCanPutItselfInAnothersPlace() {
    TunnelEnd foreign =
        new TunnelEnd("x", key(6), Optional.of(ip("100.99.2.1")), Optional.empty(), 0, true);
    TunnelAnnouncement other =
        new TunnelAnnouncement(ip("100.99.2.1"), "mn", true, 9, List.of(end(1, 6, true)));
    assertThat(follow(declared(1), said(1, 0, end(1, 1, true), foreign), other))
        .containsExactly("m1 100.99.1.1 key 1 active");
  }

  @Test
  void whatAnotherBridgeOfThisRegionWroteDownCountsWhileThisOneHearsNothing() {
    var _ = follow(declared(1), said(1, 0, end(1, 1, true)));
    PeerEnds another = new PeerEnds();
    var _ = another.follow(declared(1), Optional.empty(), List.of(said(1, 0, end(1, 9, true))));
    assertThat(texts(ends.follow(declared(1), another.record("mn"), List.of())))
        .containsExactly("m1 100.99.1.1 key 9 active");
  }

  @Test
  void endsThatAreKnownByAnotherWayStayAsTheyAre() {
    PeerRegion told = declared(1).with(List.of(end(1, 1, true), end(2, 2, false)));
    assertThat(ends.follow(told, Optional.empty(), List.of(said(1, 0, end(1, 5, true)))))
        .isEqualTo(told);
    assertThat(ends.record("mn")).isEmpty();
  }

  private List<String> follow(PeerRegion region, TunnelAnnouncement... said) {
    return texts(ends.follow(region, Optional.empty(), Arrays.asList(said)));
  }

  private static List<String> texts(PeerRegion region) {
    return region.tunnels().stream()
        .map(end ->
            end.name()
                + " "
                + IpLiteral.format(end.overlayAddress().orElseThrow())
                + " key "
                + number(end.publicKey())
                + end.nextPublicKey().map(k -> " next " + number(k)).orElse("")
                + (end.active() ? " active" : ""))
        .toList();
  }

  private static TunnelAnnouncement said(int from, int transitions, TunnelEnd... ends) {
    return new TunnelAnnouncement(
        ip("100.99.1." + from), "mn", true, transitions, Arrays.asList(ends));
  }

  private static TunnelAnnouncement old(int from, int transitions) {
    return new TunnelAnnouncement(
        ip("100.99.1." + from), "mn", false, transitions, List.of(end(1, 5, true)));
  }

  private static TunnelEnd end(int node, int key, boolean active) {
    return new TunnelEnd(
        "m" + node,
        key(key),
        Optional.of(ip("100.99.1." + node)),
        Optional.of(new InetSocketAddress(ip("192.0.2." + node), 51820)),
        0,
        active);
  }

  private static PeerRegion declared(int key) {
    return new PeerRegion(
        "mn",
        "mn.internal",
        List.of(),
        List.of(),
        List.of(gateway("100.99.1.1"), gateway("100.99.1.2")),
        true,
        Set.of(PeerSource.REGION_OBJECT),
        List.of(
            new TunnelEnd("gateway", key(key), Optional.empty(), Optional.of(ENDPOINT), 25, true)));
  }

  private static PeerRegion.Gateway gateway(String address) {
    return new PeerRegion.Gateway(new InetSocketAddress(ip(address), 1053), Optional.empty());
  }

  private static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static String key(int number) {
    byte[] octets = new byte[32];
    octets[31] = (byte) number;
    return PublicKey.of(octets).toString();
  }

  private static int number(String key) {
    return PublicKey.parse(key).orElseThrow().bytes()[31];
  }
}
