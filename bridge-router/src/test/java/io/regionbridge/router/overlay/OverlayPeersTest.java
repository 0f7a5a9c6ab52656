package io.regionbridge.router.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.tailscale.Tailnet;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverlayPeersTest {
  /** This node's addresses; what is routed to the peer; the address that it is asked at. */
  @ParameterizedTest
  @CsvSource({
    "100.64.0.3, 100.64.0.1/32 10.52.0.0/16, 100.64.0.1",
    "100.64.0.3, 10.52.99.9/32 100.64.0.1/32 10.52.0.0/16, 100.64.0.1",
    "100.64.0.3, 10.52.99.9/32 100.64.0.1/32 192.168.1.5/32, 100.64.0.1",
    "10.9.0.1, 10.9.0.2/32 10.52.99.9/32, 10.9.0.2",
    "10.9.0.1, 10.8.255.255/32 10.9.200.2/32, 10.9.200.2",
    "fd7a:115c:a1e0::3, 100.64.0.1/32 fd7a:115c:a1e0::1/128, fd7a:115c:a1e0::1",
    "100.64.0.3 fd7a:115c:a1e0::3, 100.64.0.1/32 fd7a:115c:a1e0::1/128, 100.64.0.1",
    "100.64.0.3 fd7a:115c:a1e0::3, fd7a:115c:a1e0::1/128, fd7a:115c:a1e0::1",
    "'', 100.64.0.1/32, 100.64.0.1",
    "100.64.0.3, 10.52.0.0/16, ''",
  })
  void aPeersOwnAddressIsTheOneNearestToThisNodes(String own, String routed, String address) {
    List<OverlayView.Peer> peers =
        OverlayPeers.of(
            Tailnets.view(Optional.empty(), Tailnets.peer(1, routed)), Tailnets.addresses(own));
    assertThat(peers).extracting(OverlayView.Peer::address).isEqualTo(Tailnets.addresses(address));
  }

  @Test
  void tailscaledSaysWhatIsANodesOwnAndWhetherItIsThere() {
    Tailnet.Node node =
        new Tailnet.Node(
            "nID",
            "mn-1",
            Tailnets.addresses("100.64.0.1"),
            false,
            Optional.empty(),
            List.of(),
            List.of());
    Tailnet tailnet =
        Tailnets.running(Tailnets.node("self", true, "", ""), Map.of(Tailnets.key(1), node));
    List<OverlayView.Peer> peers =
        OverlayPeers.of(
            Tailnets.view(
                Optional.of(tailnet), Tailnets.peer(1, "100.64.0.1/32 100.64.0.2/32 10.52.0.0/16")),
            Tailnets.addresses("100.64.0.3"));
    assertThat(peers)
        .containsExactly(
            new OverlayView.Peer(
                "nID",
                InetAddress.ofLiteral("100.64.0.1"),
                Tailnets.ranges("10.52.0.0/16 100.64.0.1/32 100.64.0.2/32"),
                false));
  }
}
