package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.settings.RegionSettings.Release;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One thing at a time is wrong with a cluster in which all else is well. */
final class ClusterChecksTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final String BLOCK =
      """
      mn.internal:53 {
          errors
          forward . 10.0.0.1:1053 10.0.0.2:1053 {
              except region-bridge.invalid
          }
      }
      """;

  private Optional<Duration> clock = Optional.of(Duration.ofMillis(-300));
  private Optional<String> uncreated = Optional.empty();
  private final Map<String, String> unreadable = new HashMap<>();
  private final List<Right> missing = new ArrayList<>();
  private final Map<String, List<String>> definitions = new HashMap<>();
  private final List<ClusterFacts.Router> routers = new ArrayList<>();
  private final Map<String, Map<String, String>> maps = new HashMap<>();
  private final List<ClusterFacts.BridgePod> bridges = new ArrayList<>();
  private final List<ClusterFacts.Lease> leases = new ArrayList<>();
  private final List<ClusterFacts.Announced> announced = new ArrayList<>();
  private final List<String> services = new ArrayList<>();
  private final Map<String, Map<String, String>> ciliumNodes = new HashMap<>();
  private final List<CiliumFacts.Agent> agents = new ArrayList<>();
  private Optional<List<CiliumFacts.Policy>> policies = Optional.of(List.of());
  private NetBirdFacts netBird = NetBirdFacts.NONE;
  private boolean clusterMesh;
  private String version = "v1.36.3";
  private final List<PrivilegeFacts.Bridge> pods = new ArrayList<>();
  private final List<PrivilegeFacts.Agent> agentPods = new ArrayList<>();
  private final Map<String, Set<String>> keys = new HashMap<>();
  private Release release = manages(false, false);

  ClusterChecksTest() {
    definitions.put("regions.region-bridge.io", List.of());
    routers.add(new ClusterFacts.Router("router-1", "router-1", true, List.of("10.0.0.1")));
    routers.add(new ClusterFacts.Router("router-2", "router-2", true, List.of("10.0.0.2")));
    maps.put(
        "coredns",
        Map.of("Corefile", ".:53 {\n  reload\n}\nimport /etc/coredns/custom/*.server\n"));
    maps.put("coredns-custom", Map.of("region-bridge.server", BLOCK));
    maps.put(
        "cilium-config",
        Map.of(
            "enable-egress-gateway", "true",
            "enable-bpf-masquerade", "true",
            "kube-proxy-replacement", "true"));
    bridges.add(new ClusterFacts.BridgePod("a", "router-1", true, "0.1.0"));
    bridges.add(new ClusterFacts.BridgePod("b", "router-2", true, "0.1.0"));
    pods.add(new PrivilegeFacts.Bridge("a", "region-bridge", "", false));
    agentPods.add(new PrivilegeFacts.Agent("c", "region-bridge-agent"));
    keys.put("region-bridge-wireguard-router-1", Set.of("router-1.private"));
    keys.put("region-bridge-wireguard-router-2", Set.of("router-2.private", "router-2.next"));
    leases.add(lease("region-bridge", "router-1", NOW.minusSeconds(2)));
    for (String node : List.of("router-1", "router-2")) {
      ciliumNodes.put(node, Map.of("kubernetes.io/hostname", node));
      agents.add(new CiliumFacts.Agent(node, true, Optional.of(NOW.minusSeconds(60))));
    }
    announced.add(router("router-1", "Active", "100.64.0.1"));
    announced.add(router("router-2", "Standby", "100.64.0.2"));
  }

  @Test
  void isContentWithAHealthyCluster() {
    assertThat(checks()).allMatch(c -> c.state() == Check.State.OK).hasSizeGreaterThan(7);
  }

  @Test
  void namesEachRightThatIsMissing() {
    missing.add(new Right("region-bridge.io", "regions/status", "patch", "", ""));
    missing.add(new Right("", "configmaps", "update", "coredns", "kube-system"));
    assertThat(failures("RBAC"))
        .extracting(Check::message)
        .containsExactly(
            "the ServiceAccount may not patch regions/status.region-bridge.io",
            "the ServiceAccount may not update configmaps coredns in kube-system");
    assertThat(failures("RBAC").getLast().remedy()).contains("Role region-bridge in kube-system");
  }

  @Test
  void tellsRightsThatAreMissingTogetherInFewLines() {
    for (String name : List.of("coredns", "coredns-custom")) {
      for (String verb : List.of("get", "list")) {
        missing.add(new Right("", "configmaps", verb, name, "kube-system"));
      }
    }
    missing.add(new Right("", "configmaps", "create", "", "kube-system"));
    missing.add(new Right("coordination.k8s.io", "leases", "create", "", "region-bridge"));
    assertThat(failures("RBAC"))
        .extracting(Check::message)
        .containsExactly(
            "the ServiceAccount may not get, list configmaps coredns, coredns-custom in"
                + " kube-system",
            "the ServiceAccount may not create configmaps in kube-system",
            "the ServiceAccount may not create leases.coordination.k8s.io in region-bridge");
    assertThat(failures("RBAC").getLast().remedy())
        .as("as the chart calls it")
        .contains("Role region-bridge-namespace in region-bridge");
    for (int i = missing.size(); i < 60; i++) {
      missing.add(new Right("", "nodes", "get", "", ""));
    }
    assertThat(failures("RBAC"))
        .singleElement()
        .matches(check ->
            check.message().equals("the ServiceAccount has none of the 60 rights that it needs"));
  }

  @Test
  void judgesClocksByHowFarTheyAreOff() {
    clock = Optional.of(Duration.ofSeconds(-7));
    assertThat(one("clock").state()).isEqualTo(Check.State.WARNING);
    assertThat(one("clock").message()).contains("7.0 s ahead of");
    clock = Optional.of(Duration.ofMinutes(2));
    assertThat(one("clock").state()).isEqualTo(Check.State.FAILURE);
    clock = Optional.empty();
    assertThat(one("clock").state()).isEqualTo(Check.State.SKIPPED);
  }

  @Test
  void tellsWhatADefinitionLacks() {
    definitions.put("routernodes.region-bridge.io", List.of(".spec.dnsPort"));
    assertThat(one("CRDs").message()).isEqualTo("routernodes.region-bridge.io lacks .spec.dnsPort");
    assertThat(one("CRDs").remedy()).startsWith("kubectl apply");
  }

  @Test
  void wantsTwoRouterNodesThatAreReady() {
    routers.set(1, new ClusterFacts.Router("router-2", "router-2", false, List.of("10.0.0.2")));
    assertThat(one("router nodes").state()).isEqualTo(Check.State.WARNING);
    assertThat(one("CoreDNS").message()).contains("also forwards to 10.0.0.2:1053");
    routers.removeLast();
    assertThat(one("router nodes").message()).startsWith("only router-1;");
    routers.clear();
    assertThat(one("router nodes").message())
        .isEqualTo("none of 3 nodes carries netbird-router=true");
    assertThat(one("router nodes").remedy())
        .isEqualTo("kubectl label node NODE netbird-router=true");
    assertThat(one("CoreDNS").state()).isEqualTo(Check.State.FAILURE);
  }

  @Test
  void findsOutThatCoreDnsForwardsNothing() {
    maps.put("coredns-custom", Map.of("other.server", ""));
    assertThat(one("CoreDNS").message()).isEqualTo("coredns-custom forwards no region's domain");
    maps.put("coredns", Map.of("Corefile", ".:53 {\n}\n"));
    assertThat(one("CoreDNS").message()).isEqualTo("the Corefile forwards no region's domain");
    maps.put("coredns", Map.of("Corefile", ".:53 {\n  reload\n}\n" + BLOCK));
    assertThat(one("CoreDNS").state()).isEqualTo(Check.State.OK);
    maps.remove("coredns");
    assertThat(one("CoreDNS").state()).isEqualTo(Check.State.WARNING);
  }

  @Test
  void warnsOfACacheThatStandsBeforeCoreDns() {
    maps.put("node-local-dns", Map.of("Corefile", "cluster.local:53 {\n}\n"));
    assertThat(one("NodeLocal DNS").state()).isEqualTo(Check.State.WARNING);
  }

  @Test
  void saysWhatToSwitchOnInCilium() {
    maps.put(
        "cilium-config",
        Map.of("enable-ipv4-egress-gateway", "true", "kube-proxy-replacement", "disabled"));
    assertThat(one("Cilium").remedy())
        .contains("--set bpf.masquerade=true,kubeProxyReplacement=true");
    maps.remove("cilium-config");
    assertThat(one("Cilium").state()).isEqualTo(Check.State.WARNING);
    assertThat(one("Cilium").remedy()).contains("config.egress.engine=routes");
    release =
        new Release(
            "region-bridge", "netbird-router=true", RegionSettings.Engine.ROUTES, Optional.empty());
    assertThat(one("Cilium"))
        .isEqualTo(
            Check.skipped("Cilium", "egress.engine is routes: it carries no policy of ours"));
  }

  @Test
  void wantsTheLeaseHeldAndByANodeThatLives() {
    leases.clear();
    assertThat(one("active gateway").message())
        .isEqualTo("no bridge holds the Lease region-bridge");
    leases.add(lease("region-bridge", "router-1", NOW.minusSeconds(60)));
    assertThat(one("active gateway").message())
        .isEqualTo("router-1 has not renewed the Lease for 60 s");
    leases.set(0, lease("region-bridge", "gone", NOW));
    assertThat(one("active gateway").state()).isEqualTo(Check.State.WARNING);
  }

  @Test
  void noticesAnotherReleaseInTheCluster() {
    leases.add(lease("old", "router-2", NOW.minusSeconds(60)));
    assertThat(failures("active gateway")).as("it does not run any more").isEmpty();
    leases.set(1, lease("old", "router-2", NOW.minusSeconds(1)));
    assertThat(failures("active gateway"))
        .singleElement()
        .matches(check -> check.message().contains("in namespace old"))
        .matches(check -> check.remedy().contains("helm -n old uninstall region-bridge"));
  }

  @Test
  void looksAtWhatEachBridgeSaysOfItsNode() {
    assertThat(one("overlay addresses").message())
        .isEqualTo("router-1 100.64.0.1, router-2 100.64.0.2");
    announced.set(
        1,
        new ClusterFacts.Announced(
            "router-2", "Active", Optional.empty(), List.of("Ready is False: no handshake")));
    assertThat(one("overlay addresses").message()).startsWith("router-2 has none");
    assertThat(one("router node router-2").message()).isEqualTo("Ready is False: no handshake");
    assertThat(one("active gateway").message()).startsWith("router-1, router-2 all say");
    announced.set(1, router("router-2", "Standby", "100.64.0.1"));
    assertThat(failures("overlay addresses"))
        .singleElement()
        .matches(check -> check.message().startsWith("router-1, router-2 all have 100.64.0.1"));
  }

  @Test
  void noticesARouterNodeWithoutABridge() {
    bridges.removeLast();
    assertThat(one("bridges").message()).isEqualTo("none runs on router node router-2");
  }

  @Test
  void takesTheBridgesServiceForAGoodUpstream() {
    maps.put(
        "coredns-custom",
        Map.of("region-bridge.server", "mn.internal:53 {\n  forward . 10.43.7.7:53\n}\n"));
    assertThat(one("CoreDNS").state()).isEqualTo(Check.State.FAILURE);
    services.add("10.43.7.7");
    assertThat(one("CoreDNS").state()).isEqualTo(Check.State.OK);
  }

  @Test
  void namesWhatMakesCoreDnsRefuseItsConfiguration() {
    maps.put(
        "coredns-custom",
        Map.of(
            "region-bridge.server", BLOCK, "old.server", "MN.internal {\n  forward . 10.0.0.9\n}"));
    assertThat(failures("CoreDNS zones"))
        .singleElement()
        .matches(check ->
            check
                .message()
                .startsWith(
                    "mn.internal:53 stands in two blocks (key old.server of coredns-custom, key"
                        + " region-bridge.server of coredns-custom)"));
    maps.put(
        "coredns-custom",
        Map.of(
            "region-bridge.server",
            BLOCK,
            "many.server",
            "x {\n  forward . " + "10.0.0.1 ".repeat(16) + "\n}"));
    assertThat(failures("CoreDNS limits"))
        .singleElement()
        .matches(check -> check.message().contains("forwards x to 16 addresses"));
  }

  @Test
  void wantsCoreDnsToReadItsConfigurationAgain() {
    maps.put("coredns", Map.of("Corefile", ".:53 {\n}\nimport /etc/coredns/custom/*.server\n"));
    assertThat(one("CoreDNS reload").state()).isEqualTo(Check.State.WARNING);
    maps.put("coredns-custom", Map.of("region-bridge.server", BLOCK, "a.override", "reload 10s"));
    assertThat(checks()).noneMatch(check -> check.name().equals("CoreDNS reload"));
  }

  @Test
  void noticesCustomBlocksThatNothingImports() {
    version = "v1.31.2+k3s1";
    maps.put("coredns", Map.of("Corefile", ".:53 {\n  reload\n}\n"));
    assertThat(checks())
        .filteredOn(check -> check.name().equals("CoreDNS imports"))
        .hasSize(2)
        .allMatch(check -> check.state() == Check.State.WARNING);
  }

  @Test
  void isContentWithACacheThatKnowsTheRegions() {
    maps.put("node-local-dns", Map.of("Corefile", "internal:53 {\n  forward . x\n}\n"));
    assertThat(one("NodeLocal DNS").state()).isEqualTo(Check.State.OK);
    maps.put(
        "node-local-dns",
        Map.of("Corefile", ".:53 {\n  forward . __PILLAR__CLUSTER__DNS__ {\n  }\n}\n"));
    assertThat(one("NodeLocal DNS").state()).isEqualTo(Check.State.OK);
  }

  @Test
  void noticesThatCiliumHasNoDefinitionOfPolicies() {
    policies = Optional.empty();
    assertThat(one("Cilium").remedy()).contains("deployment/cilium-operator");
    unreadable.put("ciliumegressgatewaypolicies.cilium.io", "forbidden");
    assertThat(one("Cilium").state()).isEqualTo(Check.State.OK);
    assertThat(one("egress policies").state()).isEqualTo(Check.State.SKIPPED);
  }

  @Test
  void looksAtCiliumsAgentsAndWhatTheyKnow() {
    agents.set(0, new CiliumFacts.Agent("router-1", false, Optional.empty()));
    assertThat(failures("Cilium agents")).hasSize(1);
    agents.set(0, new CiliumFacts.Agent("worker-1", false, Optional.empty()));
    assertThat(one("Cilium agents").state()).isEqualTo(Check.State.WARNING);
    agents.set(0, new CiliumFacts.Agent("router-1", true, Optional.of(NOW.minusSeconds(3600))));
    assertThat(one("Cilium agents").message())
        .contains("after they started on router-1: they go by what it said before");
    ciliumNodes.put("router-1", Map.of("kubernetes.io/hostname", "host-1"));
    ciliumNodes.remove("router-2");
    assertThat(failures("Cilium nodes"))
        .extracting(Check::message)
        .containsExactly(
            "Cilium knows router-1 by hostname host-1, policies mean router-1: what they catch is"
                + " dropped",
            "Cilium does not know router node router-2: nothing leaves by it");
    clusterMesh = true;
    assertThat(one("ClusterMesh").state()).isEqualTo(Check.State.WARNING);
  }

  @Test
  void judgesEgressPoliciesByWhatCiliumMakesOfThem() {
    policies =
        Optional.of(
            List.of(
                policy("region-bridge-mn", true, "router-1", Optional.of("wt0"), Optional.empty()),
                policy("both", false, "router-1", Optional.of("eth0"), Optional.of("10.0.0.1")),
                policy("gone", false, "router-9", Optional.empty(), Optional.empty())));
    assertThat(checks())
        .filteredOn(check -> check.name().equals("egress policies"))
        .extracting(Check::message)
        .containsExactly(
            "both has both interface and egressIP: Cilium ignores it",
            "both catches 10.52.0.0/16, which region-bridge-mn is for: which of them a pod goes by"
                + " is Cilium's choice",
            "gone leads to nodes with kubernetes.io/hostname=router-9, and there is none: what it"
                + " catches (10.52.0.0/16) is dropped",
            "gone catches 10.52.0.0/16, which region-bridge-mn is for: which of them a pod goes by"
                + " is Cilium's choice");
    assertThat(failures("egress policies")).as("others' are no failure").isEmpty();
    policies =
        Optional.of(
            List.of(
                policy("region-bridge-mn", true, "gone", Optional.of("wt0"), Optional.empty())));
    assertThat(failures("egress policies")).hasSize(1);
  }

  @Test
  void comparesEgressAddressesWithThoseOfTheNodeThatItRunsOn() {
    CiliumFacts facts =
        new CiliumFacts(
            Optional.empty(),
            Optional.of(
                List.of(policy("a", false, "router-1", Optional.empty(), Optional.of("10.0.0.7")))),
            Optional.of(ciliumNodes),
            List.of(),
            false);
    assertThat(PolicyChecks.ofNode(facts, "router-1", Set.of("10.0.0.7"))).isEmpty();
    assertThat(PolicyChecks.ofNode(facts, "router-2", Set.of())).isEmpty();
    assertThat(PolicyChecks.ofNode(facts, "router-1", Set.of("10.0.0.1")))
        .singleElement()
        .matches(check -> check.message().contains("takes 10.0.0.7, which this node does not"));
  }

  @Test
  void wantsNetBirdsRoutersOnTheHostNetwork() {
    netBird =
        new NetBirdFacts(
            List.of(
                new NetBirdFacts.Router("netbird", "east", true, false),
                new NetBirdFacts.Router("netbird", "router", false, false)),
            List.of());
    assertThat(checks())
        .filteredOn(check -> check.name().equals("NetBird"))
        .hasSize(2)
        .as("an agent on the hosts may be what is used")
        .allMatch(check -> check.state() == Check.State.WARNING)
        .extracting(Check::remedy)
        .allMatch(remedy -> remedy.contains("netbird.hostNetwork=true,netbird.namespace=netbird"));
    announced.clear();
    assertThat(failures("NetBird")).hasSize(2);
    release =
        new Release(
            "region-bridge",
            "netbird-router=true",
            RegionSettings.Engine.AUTO,
            Optional.of("netbird"));
    assertThat(one("NetBird").remedy()).contains("condition NetBirdHostNetwork");
    netBird =
        new NetBirdFacts(
            List.of(new NetBirdFacts.Router("netbird", "east", true, true)),
            List.of(new NetBirdFacts.Pod("netbird", "networkrouter-east-1", false)));
    assertThat(one("NetBird").message())
        .contains("networkrouter-east-1 is not on the host network");
    netBird = new NetBirdFacts(netBird.routers(), List.of());
    assertThat(one("NetBird").state()).isEqualTo(Check.State.OK);
  }

  @Test
  void warnsOfThePacketMarkThatNetBirdAndK3sShare() {
    netBird =
        new NetBirdFacts(
            List.of(new NetBirdFacts.Router("netbird", "east", true, true)), List.of());
    version = "v1.31.2+k3s1";
    assertThat(checks()).noneMatch(check -> check.name().equals("packet marks"));
    maps.remove("cilium-config");
    assertThat(one("packet marks").message()).contains("0x10000");
  }

  @Test
  void selectsNodesAsKubernetesDoes() {
    Map<String, String> labels = Map.of("a", "1", "b", "2");
    assertThat(selects(Map.of(), labels)).as("an empty selector means all").isTrue();
    assertThat(selects(Map.of("matchLabels", Map.of("a", "1", "b", "2")), labels)).isTrue();
    assertThat(selects(Map.of("matchLabels", Map.of("a", "1", "b", "3")), labels)).isFalse();
    assertThat(selects(expression("a", "In", List.of("0", "1")), labels)).isTrue();
    assertThat(selects(expression("a", "In", List.of("0")), labels)).isFalse();
    assertThat(selects(expression("a", "NotIn", List.of("1")), labels)).isFalse();
    assertThat(selects(expression("c", "NotIn", List.of("1")), labels)).isTrue();
    assertThat(selects(expression("a", "Exists", List.of()), labels)).isTrue();
    assertThat(selects(expression("a", "DoesNotExist", List.of()), labels)).isFalse();
    assertThat(selects(expression("a", "Gt", List.of("0")), labels)).as("not known").isFalse();
  }

  private static boolean selects(Map<String, Object> selector, Map<String, String> labels) {
    return NodeSelector.of(selector).matches(labels);
  }

  private static Map<String, Object> expression(String key, String operator, List<String> values) {
    return Map.of(
        "matchExpressions", List.of(Map.of("key", key, "operator", operator, "values", values)));
  }

  private static ClusterFacts.Announced router(String name, String role, String address) {
    return new ClusterFacts.Announced(name, role, Optional.of(address), List.of());
  }

  private static CiliumFacts.Policy policy(
      String name,
      boolean ours,
      String hostname,
      Optional<String> interfaceName,
      Optional<String> address) {
    return new CiliumFacts.Policy(
        name,
        ours,
        true,
        List.of(Cidr.of("10.52.0.0/16")),
        List.of(),
        List.of(
            new CiliumFacts.Exit(
                NodeSelector.of(Map.of("matchLabels", Map.of("kubernetes.io/hostname", hostname))),
                interfaceName,
                address)));
  }

  @Test
  void noticesBridgesOfDifferentVersionsAndThoseThatAreNotReady() {
    bridges.add(new ClusterFacts.BridgePod("c", "router-3", true, "0.2.0"));
    assertThat(one("bridges").message()).isEqualTo("several versions run: 0.1.0, 0.2.0");
    bridges.add(new ClusterFacts.BridgePod("d", "router-4", false, "0.2.0"));
    assertThat(one("bridges").message()).isEqualTo("not ready: d");
    bridges.clear();
    assertThat(one("bridges").state()).isEqualTo(Check.State.FAILURE);
  }

  @Test
  void saysWhatItCouldNotSee() {
    unreadable.put("nodes", "forbidden");
    unreadable.put("pods", "forbidden");
    assertThat(one("router nodes"))
        .isEqualTo(Check.skipped("router nodes", "cannot read nodes: forbidden"));
    assertThat(one("bridges").state()).isEqualTo(Check.State.SKIPPED);
  }

  /** In manage mode. */
  private static Release manages(boolean exposed, boolean token) {
    return new Release(
        "region-bridge",
        "netbird-router=true",
        RegionSettings.Engine.AUTO,
        Optional.empty(),
        false,
        true,
        Optional.of(new Release.Admin(exposed, token)));
  }

  @Test
  void saysWhichAgentsHaveTheRightsOfBridges() {
    assertThat(one("agents' rights").state()).isEqualTo(Check.State.OK);
    agentPods.add(new PrivilegeFacts.Agent("d", "region-bridge"));
    assertThat(one("agents' rights"))
        .isEqualTo(
            Check.warning(
                "agents' rights",
                "the bridges' ServiceAccount is that of d",
                "helm -n region-bridge upgrade --install region-bridge charts/region-bridge"
                    + " --reuse-values with this version's chart, which gives agents one of their"
                    + " own"));
    agentPods.clear();
    assertThat(checks()).noneMatch(check -> check.name().equals("agents' rights"));
    unreadable.put("pods", "forbidden");
    assertThat(one("agents' rights").state()).isEqualTo(Check.State.SKIPPED);
    assertThat(one("admin address").state()).isEqualTo(Check.State.SKIPPED);
  }

  @Test
  void saysWhichKeysOtherRouterNodesMayRead() {
    assertThat(one("WireGuard keys"))
        .isEqualTo(
            Check.ok("WireGuard keys", "each router node has its key in a Secret of its own"));
    keys.put("region-bridge-wireguard", Set.of());
    assertThat(one("WireGuard keys").state()).as("an empty one").isEqualTo(Check.State.OK);

    keys.put("region-bridge-wireguard", Set.of("router-9.private"));
    assertThat(one("WireGuard keys"))
        .isEqualTo(
            Check.warning(
                "WireGuard keys",
                "Secret region-bridge-wireguard, which all router nodes may read, still has"
                    + " router-9.private, of no router node",
                "kubectl -n region-bridge delete secret region-bridge-wireguard"));

    keys.put("region-bridge-wireguard", Set.of("router-9.private", "router-1.next"));
    assertThat(warnings("WireGuard keys"))
        .extracting(Check::message)
        .containsExactly(
            "Secret region-bridge-wireguard, which all router nodes may read, still has a key of"
                + " router-1, which has its own Secret",
            "Secret region-bridge-wireguard, which all router nodes may read, still has"
                + " router-9.private, of no router node");
    assertThat(warnings("WireGuard keys"))
        .extracting(Check::remedy)
        .allMatch(remedy -> remedy.contains("edit secret region-bridge-wireguard: remove"));

    keys.put("region-bridge-wireguard", Set.of("router-1.private"));
    keys.remove("region-bridge-wireguard-router-1");
    assertThat(one("WireGuard keys"))
        .isEqualTo(
            Check.warning(
                "WireGuard keys",
                "router-1 has its key in Secret region-bridge-wireguard, which all router nodes may"
                    + " read",
                "name it in config.overlay.nodes; helm -n region-bridge upgrade --install"
                    + " region-bridge charts/region-bridge --reuse-values"));

    keys.remove("region-bridge-wireguard");
    assertThat(one("WireGuard keys").message())
        .isEqualTo("there is no key of router-1 in Secret region-bridge-wireguard-router-1");
    unreadable.put("secrets region-bridge-wireguard-router-1", "forbidden");
    assertThat(one("WireGuard keys"))
        .isEqualTo(
            Check.skipped(
                "WireGuard keys",
                "cannot read secrets region-bridge-wireguard-router-1: forbidden"));

    release = Release.defaults("region-bridge", "netbird-router=true");
    assertThat(checks())
        .as("without tunnels of the bridges")
        .noneMatch(check -> check.name().equals("WireGuard keys"));
  }

  @ParameterizedTest
  @CsvSource({
    "false, false, '',                false, OK",
    "true,  false, '',                false, FAILURE",
    "true,  true,  '',                false, OK",
    "true,  false, '',                true,  OK",
    "false, false, $(HOST_IP):8053,   false, FAILURE",
    "false, true,  $(HOST_IP):8053,   false, OK",
    "false, false, $(HOST_IP):8053,   true,  OK",
    "false, false, 0.0.0.0:8053,      false, FAILURE",
    "true,  false, 127.0.0.1:8053,    false, OK",
    "true,  false, '[::1]:8053',      false, OK",
    "true,  false, localhost:8053,    false, OK"
  })
  void saysWhichAdminAddressEverybodyMayAsk(
      boolean exposed, boolean token, String listen, boolean podsToken, Check.State state) {
    release = manages(exposed, token);
    pods.clear();
    pods.add(new PrivilegeFacts.Bridge("a", "region-bridge", listen, podsToken));
    Check check = one("admin address");
    assertThat(check.state()).isEqualTo(state);
    if (state == Check.State.FAILURE) {
      assertThat(check.message())
          .isEqualTo("whoever reaches the node may ask the admin interface, without a token, of a");
      assertThat(check.remedy()).startsWith("set admin.tokenSecret of the chart");
    }
  }

  private List<Check> warnings(String name) {
    return checks().stream()
        .filter(c -> c.name().equals(name) && c.state() == Check.State.WARNING)
        .toList();
  }

  @Test
  void saysWhyNoPodIsCreated() {
    uncreated = Optional.of("is forbidden: violates PodSecurity \"baseline:latest\"");
    assertThat(one("bridges").state()).as("an old event").isEqualTo(Check.State.OK);
    bridges.clear();
    assertThat(one("bridges").message())
        .isEqualTo(
            "pods are not created in namespace region-bridge: is forbidden: violates PodSecurity"
                + " \"baseline:latest\"");
    assertThat(one("bridges").remedy())
        .isEqualTo(
            "kubectl label namespace region-bridge pod-security.kubernetes.io/enforce=privileged"
                + " --overwrite");
    uncreated = Optional.of("exceeded quota");
    assertThat(one("bridges").remedy()).isEqualTo("kubectl -n region-bridge describe daemonset");
  }

  @Test
  void saysThatThereIsNoCluster() {
    assertThat(ClusterChecks.unreachable("https://x/", "does not answer: refused"))
        .singleElement()
        .matches(
            c -> c.state() == Check.State.FAILURE && c.message().startsWith("https://x/ does"));
  }

  private static ClusterFacts.Lease lease(String namespace, String holder, Instant renewed) {
    return new ClusterFacts.Lease(namespace, holder, Optional.of(renewed), Duration.ofSeconds(15));
  }

  private List<Check> checks() {
    return ClusterChecks.of(
        new ClusterFacts(
            "https://api/",
            version,
            clock,
            unreadable,
            "the ServiceAccount",
            60,
            missing,
            definitions,
            release,
            3,
            routers,
            announced,
            maps,
            services,
            leases,
            bridges,
            uncreated,
            new PrivilegeFacts(pods, agentPods, keys),
            new CiliumFacts(
                Optional.of(NOW.minusSeconds(600)),
                policies,
                Optional.of(ciliumNodes),
                agents,
                clusterMesh),
            netBird,
            NOW));
  }

  private Check one(String name) {
    return checks().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  private List<Check> failures(String name) {
    return checks().stream()
        .filter(c -> c.name().equals(name) && c.state() == Check.State.FAILURE)
        .toList();
  }
}
