package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.PeerClaim;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionAnnouncementTest {
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
            new OverlayView.Peer("key", address("100.64.0.1"), ranges(routed), true),
            Set.of(address("100.64.0.1"), address("100.64.0.2"), address("100.64.0.3")),
            1053);
    assertThat(
            claim.stream()
                .flatMap(c -> c.gateways().stream())
                .map(gateway -> SocketLiteral.format(gateway.address()))
                .collect(Collectors.joining(" ")))
        .isEqualTo(gateways);
  }

  private static List<Cidr> ranges(String texts) {
    return Arrays.stream(texts.split(" ", -1)).map(Cidr::of).toList();
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }
}
