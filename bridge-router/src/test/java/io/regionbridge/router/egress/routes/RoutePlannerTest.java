package io.regionbridge.router.egress.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.GatewayView;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.netlink.NatExemption;
import io.regionbridge.router.netlink.Route;
import io.regionbridge.router.settings.RegionSettings;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoutePlannerTest {
  private static final RemoteTraffic TRAFFIC =
      new RemoteTraffic("r1", ip("192.168.1.11"), cidrs("10.52.0.0/16"), cidrs("10.42.0.0/16"));
  private static final List<Cidr> NODES = cidrs("192.168.1.0/24", "192.168.9.21/32");
  private static final InterfaceAddress NEIGHBOUR = new InterfaceAddress(3, ip("192.168.1.21"), 24);
  private static final InterfaceAddress FAR = new InterfaceAddress(3, ip("192.168.9.21"), 24);

  @Test
  void aNeighbourOfTheGatewaySendsToItDirectly() {
    RoutePlan plan = plan("w1", false, TRAFFIC, RegionSettings.Encapsulation.AUTO, NEIGHBOUR);
    assertThat(plan.routes())
        .isEqualTo(Map.of(Cidr.of("10.52.0.0/16"), new NextHop.Direct(3, ip("192.168.1.11"))));
    assertThat(plan.exemptions())
        .containsExactly(
            new NatExemption(Cidr.of("10.42.0.0/16"), Cidr.of("10.52.0.0/16")),
            new NatExemption(Cidr.of("10.52.0.0/16"), Cidr.of("10.42.0.0/16")));
    assertThat(plan.vxlan()).isEmpty();
    assertThat(plan.problems()).isEmpty();
  }

  @Test
  void whoIsNoNeighbourWrapsWhatItSends() {
    RoutePlan plan = plan("w1", false, TRAFFIC, RegionSettings.Encapsulation.AUTO, FAR);
    assertThat(plan.routes()).containsValue(new NextHop.Encapsulated(ip("192.168.1.11")));
    assertThat(plan.vxlan()).contains(ip("192.168.9.21"));
    assertThat(plan("w1", false, TRAFFIC, RegionSettings.Encapsulation.ALWAYS, NEIGHBOUR).routes())
        .containsValue(new NextHop.Encapsulated(ip("192.168.1.11")));
    RoutePlan never = plan("w1", false, TRAFFIC, RegionSettings.Encapsulation.NEVER, FAR);
    assertThat(never.routes()).isEmpty();
    assertThat(never.problems()).hasSize(1).first().asString().contains("r1", "is no neighbour");
  }

  @Test
  void theGatewayItselfRoutesNothingButKeepsSourceAddressesAndTakesWhatIsWrapped() {
    InterfaceAddress own = new InterfaceAddress(3, ip("192.168.1.11"), 24);
    RoutePlan plan = plan("r1", true, TRAFFIC, RegionSettings.Encapsulation.AUTO, own);
    assertThat(plan.routes()).isEmpty();
    assertThat(plan.exemptions()).hasSize(2);
    assertThat(plan.vxlan()).contains(ip("192.168.1.11"));
    assertThat(plan("r1", true, TRAFFIC, RegionSettings.Encapsulation.NEVER, own).vxlan())
        .isEmpty();
  }

  @Test
  void wrappedPacketsAreTakenFromNodesAlone() {
    assertThat(plan("r2", true, TRAFFIC, RegionSettings.Encapsulation.AUTO, FAR).senders())
        .contains(NODES);
    assertThat(plan("w1", false, TRAFFIC, RegionSettings.Encapsulation.AUTO, FAR).senders())
        .as("nobody sends them to a worker")
        .contains(List.of());
    assertThat(plan("r2", true, TRAFFIC, RegionSettings.Encapsulation.NEVER, NEIGHBOUR).senders())
        .isEmpty();
    RoutePlan older =
        RoutePlanner.plan(
            "r2",
            true,
            TRAFFIC,
            List.of(FAR),
            List.of(),
            Optional.of(ip("192.168.9.22")),
            Optional.empty(),
            RegionSettings.Encapsulation.AUTO);
    assertThat(older.senders()).isEmpty();
    assertThat(older.problems()).singleElement().asString().contains("UDP 8473", "upgrade");
    assertThat(older.vxlan()).contains(ip("192.168.9.22"));
  }

  private static Route route(String range, int table) {
    return new Route(
        Cidr.of(range), 7, Optional.empty(), Optional.empty(), table, Route.PROTOCOL_STATIC, 0);
  }

  private static RoutePlan beside(String node, boolean router, Route... foreign) {
    return RoutePlanner.plan(
        node,
        router,
        TRAFFIC,
        List.of(NEIGHBOUR),
        List.of(foreign),
        Optional.empty(),
        Optional.of(NODES),
        RegionSettings.Encapsulation.AUTO);
  }

  @Test
  void aStandbyDoesNotTakeTheRoutesOfItsOwnOverlay() {
    for (int table : new int[] {Route.MAIN, 52}) {
      RoutePlan plan = beside("r2", true, route("10.52.0.0/16", table));
      assertThat(plan.routes()).isEmpty();
      assertThat(plan.detours())
          .isEqualTo(Map.of(Cidr.of("10.52.0.0/16"), new NextHop.Direct(3, ip("192.168.1.11"))));
      assertThat(plan.rules())
          .extracting(Object::toString)
          .containsExactly("to 10.52.0.0/16 lookup 115 priority 90");
    }
    assertThat(beside("r2", true, route("10.0.0.0/8", Route.MAIN)).routes())
        .as("ours is the longer one")
        .hasSize(1);
    assertThat(beside("w1", false, route("10.52.0.0/16", Route.MAIN)).detours())
        .as("an administrator's route on a worker stays")
        .isEmpty();
    RoutePlan active = beside("r1", true, route("10.52.0.0/16", 52));
    assertThat(active.detours()).isEmpty();
    assertThat(active.rules()).isEmpty();
  }

  @Test
  void thePodsOfThisRegionAreNotLookedUpInTheTableOfAnOverlayThatAcceptsTheirRange() {
    for (String node : List.of("r1", "r2")) {
      assertThat(beside(node, true, route("10.42.0.0/16", 52)).rules())
          .extracting(Object::toString)
          .containsExactly("to 10.42.0.0/16 lookup main priority 5180");
    }
    assertThat(beside("r2", true, route("10.42.1.0/24", Route.MAIN)).rules()).isEmpty();
    assertThat(beside("r2", true, route("10.42.1.1/32", 2)).rules()).isEmpty();
  }

  @Test
  void aRangeThatWouldCutTheNodeOffIsNotRouted() {
    RemoteTraffic wild =
        new RemoteTraffic(
            "r1",
            ip("192.168.1.11"),
            cidrs("0.0.0.0/0", "192.168.0.0/16", "10.52.0.0/16", "fd00:52::/48"),
            List.of());
    RoutePlan plan = plan("w1", false, wild, RegionSettings.Encapsulation.AUTO, NEIGHBOUR);
    assertThat(plan.routes().keySet()).containsExactly(Cidr.of("10.52.0.0/16"));
    assertThat(plan.problems()).hasSize(3);
    RoutePlan inside =
        plan(
            "w1",
            false,
            TRAFFIC,
            RegionSettings.Encapsulation.AUTO,
            NEIGHBOUR,
            new InterfaceAddress(4, ip("10.52.3.1"), 24));
    assertThat(inside.routes()).isEmpty();
    assertThat(inside.problems()).hasSize(1);
  }

  @Test
  void theRoutesFollowTheHolderAndStayWhileTheRoleChangesHands() {
    RouterNodeFacts one = router("r1", "192.168.1.11");
    RouterNodeFacts two = router("r2", "192.168.1.12");
    Optional<RemoteTraffic> first = RemoteTraffic.of(view("r1", one, two), Optional.empty());
    assertThat(first.orElseThrow().address()).isEqualTo(ip("192.168.1.11"));
    assertThat(first.orElseThrow().destinations()).isEqualTo(cidrs("10.52.0.0/16"));
    assertThat(RemoteTraffic.of(view(null, one, two), first)).isEqualTo(first);
    assertThat(RemoteTraffic.of(view("r2", one, two), first).orElseThrow().address())
        .isEqualTo(ip("192.168.1.12"));
    assertThat(RemoteTraffic.of(view("r9", one, two), first))
        .as("a holder without an object")
        .isEqualTo(first);
    GatewayView silent = new GatewayView(false, Optional.empty(), List.of());
    assertThat(RemoteTraffic.of(silent, first)).isEqualTo(first);
    assertThat(RemoteTraffic.of(silent, Optional.empty()))
        .as("nobody has said anything: what is in the kernel stays")
        .isEmpty();
    assertThat(RemoteTraffic.of(view(null), first))
        .as("the bridges were taken away")
        .contains(RemoteTraffic.NONE);
    assertThat(plan("w1", false, RemoteTraffic.NONE, RegionSettings.Encapsulation.AUTO, NEIGHBOUR))
        .isEqualTo(RoutePlan.EMPTY);
  }

  @Test
  void theRoutesLeadToTheNodeThatCarriesPodsPacketsWhoeverIsTheActiveGateway() {
    RouterNodeFacts one = router("r1", "192.168.1.11");
    RouterNodeFacts two = router("r2", "192.168.1.12", "r1");
    RemoteTraffic by = RemoteTraffic.of(view("r2", one, two), Optional.empty()).orElseThrow();
    assertThat(by.node()).isEqualTo("r1");
    assertThat(by.address()).isEqualTo(ip("192.168.1.11"));
    assertThat(by.destinations()).isEqualTo(cidrs("10.52.0.0/16"));
    assertThat(RemoteTraffic.of(view(null, one, two), Optional.of(by)))
        .as("while the role changes hands")
        .contains(by);
    assertThat(RemoteTraffic.of(view("r2", two), Optional.empty()).orElseThrow().node())
        .as("a carrier that is no router node any more")
        .isEqualTo("r2");
  }

  private static RoutePlan plan(
      String node,
      boolean router,
      RemoteTraffic traffic,
      RegionSettings.Encapsulation encapsulation,
      InterfaceAddress... addresses) {
    return RoutePlanner.plan(
        node,
        router,
        traffic,
        List.of(addresses),
        List.of(),
        Optional.empty(),
        Optional.of(NODES),
        encapsulation);
  }

  private static GatewayView view(@Nullable String holder, RouterNodeFacts... routers) {
    return new GatewayView(true, Optional.ofNullable(holder), List.of(routers));
  }

  private static RouterNodeFacts router(String name, String address) {
    return router(name, address, null);
  }

  private static RouterNodeFacts router(String name, String address, @Nullable String carrier) {
    return new RouterNodeFacts(
        name,
        new RouterNodeSpec(
            "fsn1",
            null,
            address,
            null,
            null,
            null,
            null,
            null,
            List.of("10.42.0.0/16"),
            List.of(),
            null),
        "Standby",
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.of(Map.of("mn", cidrs("10.52.0.0/16"))),
        Optional.ofNullable(carrier),
        Optional.empty(),
        List.of(),
        List.of());
  }

  private static List<Cidr> cidrs(String... texts) {
    return Stream.of(texts).map(Cidr::of).toList();
  }

  private static InetAddress ip(String text) {
    return InetAddress.ofLiteral(text);
  }
}
