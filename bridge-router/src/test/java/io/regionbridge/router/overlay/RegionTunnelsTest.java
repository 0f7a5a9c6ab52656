package io.regionbridge.router.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.tailscale.Tailnet;
import io.regionbridge.router.topology.LocalRegion;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.tunnel.TunnelHealth;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RegionTunnelsTest {
  private static final String RANGE = "10.52.0.0/16";
  private static final PeerRegion MN =
      new PeerRegion(
          "mn",
          "mn.internal",
          Tailnets.ranges(RANGE),
          List.of(),
          List.of(),
          true,
          Set.of(),
          List.of());

  @Test
  void aRegionWhoseGatewaysTailscaleCallsOfflineIsNotUp() {
    Tailnet.Node off = Tailnets.node("mn-1", false, RANGE, RANGE);
    assertThat(finding(off))
        .returns(State.FALSE, Finding::state)
        .returns("Offline", Finding::reason)
        .returns("Tailscale calls offline: mn-1", Finding::message);
    Tailnet.Node expired = Tailnets.expiring(off, Tailnets.NOW.minus(Duration.ofDays(1)));
    assertThat(finding(expired).message())
        .contains("mn-1, whose key expired at 2026-11-19T10:00:00Z");
  }

  @Test
  void whatIsOnlineIsJudgedByItsSession() {
    assertThat(finding(Tailnets.node("mn-1", true, RANGE, RANGE)))
        .returns(State.UNKNOWN, Finding::state)
        .returns("Idle", Finding::reason);
  }

  @Test
  void anExitNodeIsNoGatewayOfARegion() {
    assertThat(finding(Tailnets.node("exit", true, "", ""), "100.64.0.4/32 0.0.0.0/0"))
        .returns("NoPeer", Finding::reason);
  }

  @Test
  void theRangeOfThisRegionIsCarriedByTheRouterThatTailscaleSendsItTo() {
    LocalRegion local =
        new LocalRegion(
            "mn",
            "mn.internal",
            new LocalRegion.Ranges(Tailnets.ranges(RANGE), LocalRegion.Origin.CONFIGURATION),
            new LocalRegion.Ranges(List.of(), LocalRegion.Origin.NONE),
            List.of(gateway("mn-1", "100.64.0.1"), gateway("mn-2", "100.64.0.2")),
            Optional.of("mn-2"),
            List.of(),
            false,
            LocalRegion.CLUSTER_DOMAINS,
            AliasRanges.NONE);
    Tailnet.Node primary =
        new Tailnet.Node(
            "n-1",
            "mn-1",
            Tailnets.addresses("100.64.0.1"),
            true,
            Optional.empty(),
            Tailnets.ranges(RANGE),
            Tailnets.ranges(RANGE));
    Tailnet.Node standby = Tailnets.node("mn-2", true, "", "");
    assertThat(carrier(standby, primary, local)).contains("mn-1");
    assertThat(carrier(primary, standby, local)).as("this node itself").isEmpty();
    Tailnet.Node stranger =
        new Tailnet.Node(
            "n-9",
            "laptop",
            Tailnets.addresses("100.64.0.9"),
            true,
            Optional.empty(),
            Tailnets.ranges(RANGE),
            Tailnets.ranges(RANGE));
    assertThat(carrier(standby, stranger, local)).as("no router node").isEmpty();
  }

  private static Optional<String> carrier(
      Tailnet.Node self, Tailnet.Node other, LocalRegion local) {
    return RegionTunnels.carrier(Tailnets.running(self, Map.of(Tailnets.key(1), other)), local)
        .map(LocalRegion.Gateway::node);
  }

  private static LocalRegion.Gateway gateway(String node, String overlay) {
    return new LocalRegion.Gateway(
        node,
        node,
        Optional.empty(),
        Optional.of(InetAddress.ofLiteral(overlay)),
        1053,
        true,
        Optional.empty());
  }

  private static Finding finding(Tailnet.Node node) {
    return finding(node, "100.64.0.1/32 " + RANGE);
  }

  private static Finding finding(Tailnet.Node node, String routed) {
    Tailnet tailnet =
        Tailnets.running(Tailnets.node("fsn-1", true, "", ""), Map.of(Tailnets.key(1), node));
    return RegionTunnels.of(
            MN,
            Optional.of(Tailnets.view(Optional.of(tailnet), Tailnets.peer(1, routed))),
            TunnelHealth.NONE)
        .orElseThrow()
        .finding();
  }
}
