package io.regionbridge.router.egress.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.linux.ErrnoException;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.netlink.RouteNetlink;
import io.regionbridge.router.netlink.RoutingRule;
import io.regionbridge.router.sandbox.Namespace;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code ip} is the oracle, and shows what the kernel does. */
class DetourTableIT {
  private static final Cidr PEERS = Cidr.of("10.52.0.0/16");
  private static final Cidr PODS = Cidr.of("10.42.0.0/16");

  private static final RouterRules.Detour GATEWAY =
      new RouterRules.Detour(List.of(PEERS), InetAddress.ofLiteral("10.99.0.11"));

  private final Namespace namespace = Namespace.create();
  private final RouteNetlink netlink = namespace.call(RouteNetlink::open);

  @BeforeEach
  void prepare() {
    for (String link : List.of("eth0", "cni0", "wt0")) {
      namespace.sh("ip link add " + link + " type bridge");
      namespace.sh("ip link set " + link + " up");
    }
    namespace.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
    namespace.sh("ip address add 10.99.0.12/24 dev eth0");
    namespace.sh("ip address add 10.42.2.1/24 dev cni0");
    namespace.sh("ip address add 100.64.1.2/16 dev wt0");
    namespace.sh("ip route add 10.52.0.0/16 dev wt0");
    namespace.sh("ip route add 10.52.0.0/16 dev wt0 table 52");
    namespace.sh("ip route add 10.42.0.0/16 dev wt0 table 52");
    namespace.sh("ip rule add priority 5270 lookup 52");
  }

  @AfterEach
  void close() {
    netlink.close();
    namespace.close();
  }

  private String way(String line) {
    return namespace.sh("ip route get " + line);
  }

  @Test
  void packetsTakeTheTableThatIsOursAndNoneIsLeftWithoutRules() throws ErrnoException {
    DetourTable table = new DetourTable(netlink);
    int eth0 = netlink.link("eth0").orElseThrow().index();
    Route route =
        new Route(
            PEERS,
            eth0,
            Optional.of(InetAddress.ofLiteral("10.99.0.11")),
            Optional.empty(),
            DetourTable.TABLE,
            LinuxRouteHost.ROUTE_PROTOCOL,
            0);
    RoutingRule toPeers =
        new RoutingRule(
            Optional.empty(),
            PEERS,
            DetourTable.TABLE,
            DetourTable.PRIORITY,
            LinuxRouteHost.ROUTE_PROTOCOL);
    RoutingRule own =
        new RoutingRule(
            Optional.empty(),
            PODS,
            Route.MAIN,
            DetourTable.OWN_PRIORITY,
            LinuxRouteHost.ROUTE_PROTOCOL);
    String before = namespace.sh("ip rule");
    assertThat(way("10.52.1.5")).contains("dev wt0");
    assertThat(way("10.42.2.5")).contains("dev wt0");
    table.keep(List.of(route), List.of(toPeers, own));
    table.keep(List.of(route), List.of(toPeers, own));
    assertThat(namespace.sh("ip rule"))
        .containsOnlyOnce("90:\tfrom all to 10.52.0.0/16 lookup 115 proto 115")
        .containsOnlyOnce("5180:\tfrom all to 10.42.0.0/16 lookup main proto 115");
    assertThat(way("10.52.1.5")).contains("via 10.99.0.11 dev eth0");
    assertThat(way("10.42.2.5")).contains("dev cni0");
    table.keep(List.of(), List.of(own));
    assertThat(way("10.52.1.5")).contains("dev wt0");
    assertThat(namespace.sh("ip route show table all")).doesNotContain("table 115");
    table.keep(List.of(), List.of());
    assertThat(namespace.sh("ip rule")).isEqualTo(before);
  }

  @Test
  void podsOfAStandbyGoByTheActiveGatewayAndProbesStayOnTheTunnel() {
    RouterRules rules = new RouterRules();
    namespace.sh("ip route flush table 52");
    keep(rules, Optional.of(GATEWAY));
    assertThat(way("10.52.1.5 from 10.42.2.5 iif cni0")).contains("via 10.99.0.11 dev eth0");
    assertThat(way("10.52.1.5 from 100.64.1.2")).contains("dev wt0");
    keep(rules, Optional.empty());
    assertThat(way("10.52.1.5 from 10.42.2.5 iif cni0")).contains("dev wt0");
    assertThat(namespace.sh("ip rule")).doesNotContain("115");
  }

  /** What tailscaled does with {@code --accept-routes} on a router that is not the primary. */
  @Test
  void aRangeOfThisRegionThatTheOverlaysAgentAcceptedIsLookedUpInTheMainTableMeanwhile() {
    RouterRules rules = new RouterRules();
    String before = namespace.sh("ip rule");
    assertThat(way("10.42.2.5")).contains("dev wt0");
    keep(rules, Optional.empty());
    assertThat(way("10.42.2.5")).contains("dev cni0");
    keep(rules, Optional.of(GATEWAY));
    assertThat(way("10.42.2.5")).contains("dev cni0");
    assertThat(way("10.52.1.5 from 10.42.2.5 iif cni0")).contains("via 10.99.0.11 dev eth0");
    keep(rules, Optional.empty());
    assertThat(way("10.52.1.5 from 10.42.2.5 iif cni0")).contains("dev wt0");
    namespace.sh("ip route del 10.42.0.0/16 dev wt0 table 52");
    keep(rules, Optional.empty());
    assertThat(namespace.sh("ip rule")).isEqualTo(before);
  }

  private void keep(RouterRules rules, Optional<RouterRules.Detour> detour) {
    namespace.call(() -> {
      rules.keep(List.of(PODS), detour);
      return true;
    });
  }
}
