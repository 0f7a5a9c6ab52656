package io.regionbridge.router.egress.cilium;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.EgressPolicyFacts;
import io.regionbridge.router.egress.EgressGateway;
import io.regionbridge.router.kubernetes.ManagedFields;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.settings.RegionSettings;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is stored is compared by what is wanted and by who set the rest. */
class CiliumPolicyTest {
  private static final CiliumPolicy WANTED =
      CiliumPolicy.of(
          "mn",
          List.of(Cidr.of("10.52.0.0/16")),
          new EgressGateway(
              "router-1", "host-1", Optional.of("wt0"), Optional.empty(), Optional.empty()),
          List.of(),
          RegionSettings.Egress.of(RegionSettings.Engine.CILIUM));
  private static final Set<List<String>> OWN =
      Set.of(
          List.of("spec", "destinationCIDRs"),
          List.of("spec", "selectors"),
          List.of("spec", "egressGateway", "interface"),
          List.of("spec", "egressGateway", "nodeSelector"));

  @Test
  void whatWasSentIsAsItOughtToBe() {
    assertThat(WANTED.is(stored(WANTED.spec(), Set.of()))).isTrue();
    assertThat(WANTED.is(stored(without(WANTED.spec(), "selectors"), Set.of()))).isFalse();
    assertThat(WANTED.is(stored(with(WANTED.spec(), "destinationCIDRs", List.of()), Set.of())))
        .isFalse();
  }

  @Test
  void podsOfAStandbyLeaveByTheirOwnNodeAndNotByTheActiveGateway() {
    EgressGateway active =
        new EgressGateway("r1", "h1", Optional.of("wt0"), Optional.empty(), Optional.of(7));
    EgressGateway standby =
        new EgressGateway(
            "r2.example",
            "h2",
            Optional.empty(),
            Optional.of(InetAddress.ofLiteral("100.64.1.2")),
            Optional.empty());
    List<Cidr> sent = List.of(Cidr.of("10.52.0.0/16"));
    RegionSettings.Egress settings = RegionSettings.Egress.of(RegionSettings.Engine.CILIUM);
    CiliumPolicy general = CiliumPolicy.of("mn", sent, active, List.of(standby), settings);
    CiliumPolicy own = CiliumPolicy.ofNode("mn", sent, standby, settings);
    assertThat(general.spec().get("selectors"))
        .isEqualTo(
            List.of(
                Map.of(
                    "podSelector",
                    Map.of(),
                    "nodeSelector",
                    Map.of(
                        "matchExpressions",
                        List.of(
                            Map.of(
                                "key",
                                "kubernetes.io/hostname",
                                "operator",
                                "NotIn",
                                "values",
                                List.of("h2")))))));
    assertThat(own.spec().get("selectors"))
        .isEqualTo(
            List.of(
                Map.of(
                    "podSelector",
                    Map.of(),
                    "nodeSelector",
                    Map.of("matchLabels", Map.of("kubernetes.io/hostname", "h2")))));
    assertThat(own.spec().get("egressGateway"))
        .isEqualTo(
            Map.of(
                "nodeSelector",
                Map.of("matchLabels", Map.of("kubernetes.io/hostname", "h2")),
                "egressIP",
                "100.64.1.2"));
    assertThat(general.annotations()).containsEntry("region-bridge.io/overlay-interface", "wt0#7");
    assertThat(own.name()).isEqualTo("region-bridge-mn.r2.example");
    assertThat(CiliumPolicy.selectsNodes(own.spec())).isTrue();
    assertThat(CiliumPolicy.selectsNodes(WANTED.spec())).isFalse();
  }

  @Test
  void aDefaultOfTheSchemaIsNoDifference() {
    assertThat(
            WANTED.is(
                stored(with(WANTED.spec(), "empty", List.of()), Set.of(List.of("spec", "empty")))))
        .as("an empty list says nothing, whoever set it")
        .isTrue();
    for (Object value : List.of(List.of(), Map.of("a", 1), "text", 7, false)) {
      EgressPolicyFacts stored = stored(with(WANTED.spec(), "fresh", value), Set.of());
      assertThat(WANTED.is(stored)).isTrue();
      assertThat(WANTED.intruders(stored)).isEmpty();
    }
    Map<String, Object> gateway = gateway();
    gateway.put("mode", "default");
    assertThat(WANTED.is(stored(with(WANTED.spec(), "egressGateway", gateway), Set.of()))).isTrue();
    Object selectors = List.of(Map.of("podSelector", Map.of(), "fresh", List.of()));
    assertThat(WANTED.is(stored(with(WANTED.spec(), "selectors", selectors), Set.of())))
        .as("inside of a list")
        .isTrue();
  }

  @Test
  void whatSomebodyElseSetIsADifferenceAndIsNamed() {
    Map<String, Object> gateway = gateway();
    gateway.put("egressIP", "192.0.2.7");
    List<String> path = List.of("spec", "egressGateway", "egressIP");
    EgressPolicyFacts stored = stored(with(WANTED.spec(), "egressGateway", gateway), Set.of(path));
    assertThat(WANTED.is(stored)).isFalse();
    assertThat(WANTED.intruders(stored)).containsExactly(path);
    Map<String, Object> excluded = with(WANTED.spec(), "excludedCIDRs", List.of("10.52.1.0/24"));
    assertThat(WANTED.intruders(stored(excluded, Set.of(List.of("spec")))))
        .as("by a write of the whole spec")
        .containsExactly(List.of("spec", "excludedCIDRs"));
    Object selectors = List.of(Map.of("podSelector", Map.of(), "nodeSelector", Map.of()));
    EgressPolicyFacts list =
        stored(with(WANTED.spec(), "selectors", selectors), Set.of(List.of("spec", "selectors")));
    assertThat(WANTED.is(list)).as("in a list, which applying replaces").isFalse();
    assertThat(WANTED.intruders(list)).isEmpty();
  }

  @Test
  void whatTheBridgeSetBeforeAndWantsNoMoreIsADifferenceThatApplyingRemoves() {
    Map<String, Object> gateway = gateway();
    gateway.put("egressIP", "192.0.2.7");
    EgressPolicyFacts stored =
        new EgressPolicyFacts(
            "region-bridge-mn",
            true,
            "1",
            WANTED.annotations(),
            List.of(),
            List.of(),
            with(WANTED.spec(), "egressGateway", gateway),
            new ManagedFields(Set.of(List.of("spec", "egressGateway", "egressIP")), Set.of()));
    assertThat(WANTED.is(stored)).isFalse();
    assertThat(WANTED.intruders(stored)).isEmpty();
  }

  @Test
  void podsOfANodeThatIsNoStandbyAnyMoreAreNotLeftOutOfTheGeneralPolicy() {
    Map<String, Object> selector =
        Map.of(
            "podSelector",
            Map.of(),
            "nodeSelector",
            Map.of("matchLabels", Map.of("kubernetes.io/hostname", "h2")));
    Map<String, Object> spec = with(WANTED.spec(), "selectors", List.of(selector));
    assertThat(WANTED.is(stored(spec, Set.of()))).isFalse();
    assertThat(
            WANTED.is(
                stored(
                    with(
                        WANTED.spec(),
                        "selectors",
                        List.of(Map.of("podSelector", Map.of(), "nodeSelector", Map.of()))),
                    Set.of())))
        .as("an empty default in a list")
        .isTrue();
  }

  @SuppressWarnings("unchecked") // it was made with such keys
  private static Map<String, Object> gateway() {
    return new HashMap<>((Map<String, Object>) WANTED.spec().get("egressGateway"));
  }

  private static Map<String, Object> with(Map<String, Object> spec, String field, Object value) {
    Map<String, Object> copy = new HashMap<>(spec);
    copy.put(field, value);
    return copy;
  }

  private static Map<String, Object> without(Map<String, Object> spec, String field) {
    Map<String, Object> copy = new HashMap<>(spec);
    copy.remove(field);
    return copy;
  }

  private static EgressPolicyFacts stored(Map<String, Object> spec, Set<List<String>> others) {
    return new EgressPolicyFacts(
        "region-bridge-mn",
        true,
        "1",
        WANTED.annotations(),
        List.of(),
        List.of(),
        spec,
        new ManagedFields(OWN, others));
  }
}
