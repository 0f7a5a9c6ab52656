package io.regionbridge.router.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.netlink.Link;
import io.regionbridge.router.settings.RegionSettings;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GatewayRulesTest {
  private static final Link WT0 = new Link(4, "wt0", Optional.empty(), 1280, true);
  private static final List<Cidr> PODS = List.of(Cidr.of("10.42.0.0/16"));
  private static final List<Cidr> OVERLAY = List.of(Cidr.of("100.64.0.0/10"));
  private static final List<Cidr> PEERS = List.of(Cidr.of("10.52.0.0/16"), Cidr.of("fd00:52::/48"));

  @Test
  void ciliumsPodsAnswerByTheNodeThatTheyWereAskedBy() {
    assertThat(rules(RegionSettings.Engine.CILIUM, PODS))
        .containsExactly(
            "answers of 10.42.0.0/16 to 10.52.0.0/16",
            "answers of 10.42.0.0/16 to 100.64.0.0/10",
            "replies of 10.42.0.0/16 to 10.52.0.0/16 by wt0",
            "segments of 1226 in by wt0",
            "segments of 1226 out by wt0");
    assertThat(rules(RegionSettings.Engine.CILIUM, List.of(Cidr.of("fd00:42::/48"))))
        .containsExactly(
            "answers of fd00:42::/48 to fd00:52::/48",
            "replies of fd00:42::/48 to fd00:52::/48 by wt0",
            "segments of 1206 in by wt0",
            "segments of 1206 out by wt0");
  }

  @Test
  void routesKeepPodsAddressesButNotTheOverlays() {
    assertThat(rules(RegionSettings.Engine.ROUTES, PODS))
        .containsExactly(
            "answers of 10.42.0.0/16 to 100.64.0.0/10",
            "segments of 1226 in by wt0",
            "segments of 1226 out by wt0");
  }

  @Test
  void nothingIsDoneWhereNothingIsSent() {
    assertThat(rules(RegionSettings.Engine.NONE, PODS)).isEmpty();
    assertThat(GatewayRules.of(RegionSettings.Engine.CILIUM, List.of(), WT0, PODS, OVERLAY))
        .isEmpty();
  }

  @Test
  void manyRangesOfNodesAreCoveredByFewThatReachNobodyElses() {
    List<Cidr> nodes =
        IntStream.range(0, 200).mapToObj(i -> Cidr.of("10.42." + i + ".0/24")).toList();
    assertThat(rules(RegionSettings.Engine.CILIUM, nodes)).hasSizeLessThan(60);
    assertThat(rules(RegionSettings.Engine.CILIUM, nodes))
        .contains("answers of 10.42.192.0/20 to 10.52.0.0/16")
        .noneMatch(rule -> rule.startsWith("answers of 10.42.208.0/20"));
  }

  private static List<String> rules(RegionSettings.Engine engine, List<Cidr> pods) {
    return GatewayRules.of(engine, PEERS, WT0, pods, OVERLAY).stream()
        .map(Object::toString)
        .toList();
  }
}
