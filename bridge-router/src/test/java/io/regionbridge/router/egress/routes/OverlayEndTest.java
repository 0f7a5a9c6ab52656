package io.regionbridge.router.egress.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.Link;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OverlayEndTest {
  private static final Link ETH0 = new Link(2, "eth0", Optional.empty(), 1500, true);
  private static final Link WT0 = new Link(4, "wt0", Optional.empty(), 1280, true);
  private static final List<Link> LINKS = List.of(ETH0, WT0);
  private static final InterfaceAddress NODE =
      new InterfaceAddress(2, InetAddress.ofLiteral("10.0.0.11"), 24);

  @Test
  void theInterfaceHasTheAddressThatTheBridgeAnnounces() {
    assertThat(end(NODE, new InterfaceAddress(4, InetAddress.ofLiteral("100.64.1.1"), 16)))
        .contains(new OverlayEnd(WT0, List.of(Cidr.of("100.64.0.0/16"))));
    assertThat(end(NODE)).isEmpty();
  }

  @Test
  void anAddressAloneStandsForWhatSuchOverlaysUse() {
    assertThat(
            end(
                NODE,
                new InterfaceAddress(4, InetAddress.ofLiteral("100.64.1.1"), 32),
                new InterfaceAddress(4, InetAddress.ofLiteral("fd7a:115c:a1e0::5"), 128),
                new InterfaceAddress(4, InetAddress.ofLiteral("fe80::1"), 64)))
        .contains(
            new OverlayEnd(WT0, List.of(Cidr.of("100.64.0.0/10"), Cidr.of("fd7a:115c:a1e0::/48"))));
  }

  private static Optional<OverlayEnd> end(InterfaceAddress... addresses) {
    return OverlayEnd.of(InetAddress.ofLiteral("100.64.1.1"), List.of(addresses), LINKS);
  }
}
