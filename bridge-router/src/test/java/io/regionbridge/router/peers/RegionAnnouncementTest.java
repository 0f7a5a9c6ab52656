package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.border.Border;
import io.regionbridge.router.border.BorderRules;
import io.regionbridge.router.border.Supernets;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.PeerClaim;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionAnnouncementTest {
  private static final Map<InetAddress, String> DEVICE =
      Map.of(
          address("100.64.0.1"),
          "first",
          address("100.64.0.2"),
          "other",
          address("100.64.0.3"),
          "second");

  /** What the device routes to the peer at 100.64.0.1, and the gateways that follow. */
  @ParameterizedTest
  @CsvSource({
    "100.64.0.1/32 10.52.0.0/16, 100.64.0.1:1053 100.64.0.3:1053",
    "100.64.0.1/32, ''",
    "100.64.0.1/32 0.0.0.0/0, ''",
    "100.64.0.1/32 10.52.0.0/17, ''",
  })
  void anOwnerOfTheRangeNamesTheOtherGatewaysThatTheDeviceHas(String routed, String gateways) {
    RegionAnnouncement said =
        RegionAnnouncement.parse(
                """
                {"name":"mn","domain":"mn.internal","podCIDRs":["10.52.0.0/16"],"serviceCIDRs":[],
                 "gateways":["100.64.0.1","100.64.0.3","100.64.0.9"]}
                """)
            .orElseThrow();
    Optional<PeerClaim> claim =
        said.claim(
            new OverlayView.Peer("key", address("100.64.0.1"), ranges(routed), true), DEVICE, 1053);
    assertThat(
            claim.stream()
                .flatMap(c -> c.gateways().stream())
                .map(gateway -> SocketLiteral.format(gateway.address()))
                .collect(Collectors.joining(" ")))
        .isEqualTo(gateways);
  }

  /** The region's name where it is one; what else of it is no text is left out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":\"5\"} | 5",
        "{\"name\":5} | ",
        "{\"name\":1e1} | ",
        "{\"name\":true} | ",
        "{\"name\":null} | ",
        "{\"name\":[\"mn\"]} | ",
        "{\"name\":{\"mn\":1}} | ",
        "{\"name\":\"MN\"} | ",
        "[] | ",
        "5 | ",
        "{} | ",
        "{\"name\":\"mn\",\"domain\":5,\"podCIDRs\":[5,null,{}],\"gateways\":[1681915905]} | mn",
        "{\"name\":\"mn\",\"podCIDRs\":\"10.52.0.0/16\",\"podPath\":5,\"accepts\":\"true\"} | mn",
        "{\"name\":\"mn\",\"tunnel\":{\"gateways\":[{\"name\":5}]}} | mn",
      })
  void aValueOfAnotherTypeIsNoText(String json, @Nullable String name) {
    Optional<RegionAnnouncement> read = RegionAnnouncement.parse(json);
    assertThat(read.map(RegionAnnouncement::name)).isEqualTo(Optional.ofNullable(name));
    read.ifPresent(said ->
        assertThat(said)
            .isEqualTo(
                new RegionAnnouncement(
                    said.name(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    Set.of(),
                    Optional.empty(),
                    Optional.empty(),
                    false)));
  }

  @Test
  void theGatewayThatTheOverlayMovesTheRangeToSpeaksForTheRegion() {
    Border border = new Border();
    assertThat(pods(border, said("100.64.0.1"))).isEqualTo("[10.52.0.0/16]");
    assertThat(pods(border, said("100.64.0.3")))
        .as("named by the first")
        .isEqualTo("[10.52.0.0/16]");
    assertThat(pods(border, said("100.64.0.2"))).as("named by nobody").isEqualTo("[]");
  }

  @Test
  void aGatewayWithoutTheRangeStillSaysWhoTheOthersAre() {
    Border border = new Border();
    PeerClaim alone = said("100.64.0.1", "[]");
    assertThat(pods(border, alone)).isEqualTo("[10.52.0.0/16]");
    PeerClaim moved = said("100.64.0.3", "[]");
    assertThat(pods(border, moved)).as("nobody has named it").isEqualTo("[]");
    PeerClaim naming = naming("100.64.0.1");
    assertThat(pods(border, naming)).as("it has no range").isEqualTo("[]");
    assertThat(pods(border, naming, moved)).isEqualTo("[10.52.0.0/16]");
    assertThat(pods(new Border(), naming("100.64.0.2"))).isEqualTo("[]");
    Border another = new Border();
    pods(another, alone);
    assertThat(pods(another, naming("100.64.0.2"), moved))
        .as("a stranger names nobody")
        .isEqualTo("[]");
  }

  private static PeerClaim naming(String speaker) {
    return parsed("[\"100.64.0.3\"]").naming(peer(speaker), DEVICE, 1053);
  }

  /** A claim of one gateway, which calls 100.64.0.1 and 100.64.0.3 gateways of the region. */
  private static PeerClaim said(String speaker) {
    return said(speaker, "[\"100.64.0.1\",\"100.64.0.3\"]");
  }

  private static PeerClaim said(String speaker, String gateways) {
    return parsed(gateways).claim(peer(speaker), DEVICE, 1053).orElseThrow();
  }

  private static RegionAnnouncement parsed(String gateways) {
    return RegionAnnouncement.parse(
            """
            {"name":"mn","domain":"mn.internal","podCIDRs":["10.52.0.0/16"],"serviceCIDRs":[],
             "gateways":%s}
            """
                .formatted(gateways))
        .orElseThrow();
  }

  private static OverlayView.Peer peer(String speaker) {
    return new OverlayView.Peer(
        Objects.requireNonNull(DEVICE.get(address(speaker))),
        address(speaker),
        ranges("10.52.0.0/16"),
        true);
  }

  private static String pods(Border border, PeerClaim... claims) {
    BorderRules rules =
        new BorderRules("fsn1", Supernets.DEFAULT, Set.of(), Set.of(), Set.of(), Set.of());
    return border.admit(List.of(claims), rules, Map.of()).claims().stream()
        .flatMap(admitted -> admitted.podCidrs().stream())
        .toList()
        .toString();
  }

  private static List<Cidr> ranges(String texts) {
    return Arrays.stream(texts.split(" ", -1)).map(Cidr::of).toList();
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }
}
