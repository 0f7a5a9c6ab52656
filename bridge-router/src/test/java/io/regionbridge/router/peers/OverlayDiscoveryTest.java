package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import java.net.InetAddress;
import java.util.Arrays;
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
      String routed, boolean online, boolean answered, boolean offlineRound, boolean asked) {
    OverlayView.Peer peer =
        new OverlayView.Peer(
            "key",
            InetAddress.ofLiteral("100.64.0.1"),
            Arrays.stream(routed.split(" ", -1)).map(Cidr::of).toList(),
            online);
    assertThat(OverlayDiscovery.worthAsking(peer, answered, offlineRound)).isEqualTo(asked);
  }
}
