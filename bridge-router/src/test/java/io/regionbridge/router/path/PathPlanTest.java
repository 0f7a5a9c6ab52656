package io.regionbridge.router.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.InterfaceAddress;
import io.regionbridge.router.topology.PeerRegion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PathPlanTest {
  private static final List<Cidr> PODS = List.of(Cidr.of("10.42.0.0/16"));
  private static final List<InterfaceAddress> CNI =
      List.of(address("127.0.0.1", 8), address("10.99.0.11", 24), address("10.42.1.1", 24));
  private static final PeerRegion MN =
      new PeerRegion(
          "mn",
          "mn.internal",
          List.of(Cidr.of("10.52.0.0/16")),
          List.of(),
          List.of(),
          true,
          Set.of(),
          List.of());

  private static InterfaceAddress address(String text, int length) {
    return new InterfaceAddress(2, InetAddress.ofLiteral(text), length);
  }

  private static InetSocketAddress socket(String text) {
    return new InetSocketAddress(InetAddress.ofLiteral(text), PathProbes.PORT);
  }

  private static PathPlan plan(
      List<InterfaceAddress> addresses, Optional<InetAddress> translated, String... said) {
    List<InetSocketAddress> sockets = List.of(said).stream().map(PathPlanTest::socket).toList();
    return PathPlan.of(PODS, addresses, translated, List.of(MN), Map.of("mn", sockets));
  }

  @Test
  void probesFromThisNodesAddressOfThePodRange() {
    PathPlan plan = plan(CNI, Optional.empty(), "10.52.1.1");
    assertThat(plan.answering()).contains(InetAddress.ofLiteral("10.42.1.1"));
    assertThat(plan.source()).contains(InetAddress.ofLiteral("10.42.1.1"));
    assertThat(plan.targets()).containsExactly(new PathPlan.Target("mn", socket("10.52.1.1")));
    assertThat(plan.words(plan.targets().getFirst())).isEqualTo("from 10.42.1.1 to 10.52.1.1");
    assertThat(plan.obstacles()).isEmpty();
  }

  @Test
  void probesThatAnotherRouterNodeHasTranslatedAreAnswered() {
    List<Cidr> askers =
        PathProbes.askers(
            List.of(Cidr.of("100.64.0.0/10")),
            List.of(MN),
            PODS,
            List.of(InetAddress.ofLiteral("10.99.0.12")));
    assertThat(askers)
        .containsExactly(
            Cidr.of("100.64.0.0/10"),
            Cidr.of("10.52.0.0/16"),
            Cidr.of("10.42.0.0/16"),
            Cidr.of("10.99.0.12/32"));
  }

  @Test
  void probesFromTheOverlayAddressWherePodsGetThat() {
    PathPlan plan = plan(CNI, Optional.of(InetAddress.ofLiteral("100.64.1.1")), "10.52.1.1");
    assertThat(plan.answering()).contains(InetAddress.ofLiteral("10.42.1.1"));
    assertThat(plan.source()).contains(InetAddress.ofLiteral("100.64.1.1"));
  }

  @Test
  void claimsNothingWithoutAnAddressOfThePodRange() {
    PathPlan plan = plan(CNI.subList(0, 2), Optional.empty(), "10.52.1.1");
    assertThat(plan.answering()).isEmpty();
    assertThat(plan.targets()).isEmpty();
    assertThat(plan.obstacles())
        .containsEntry("mn", "no interface of this node has an address of 10.42.0.0/16");
  }

  @Test
  void asksOnlyAddressesOfTheRangesThatThePeerIsBelievedFor() {
    PathPlan plan = plan(CNI, Optional.empty(), "192.0.2.1", "10.42.1.7", "fd00::1");
    assertThat(plan.targets()).isEmpty();
    assertThat(plan.obstacles())
        .containsEntry(
            "mn", "no gateway of region mn says an address of its pod range that answers");
  }
}
