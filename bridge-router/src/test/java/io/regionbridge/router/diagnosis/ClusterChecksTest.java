package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One thing at a time is wrong with a cluster in which all else is well. */
final class ClusterChecksTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final String BLOCK =
      """
      mn.internal:53 {
          errors
          forward . 10.0.0.1:1053 10.0.0.2:1053 {
              max_fails 2
          }
      }
      """;

  private Optional<Duration> clock = Optional.of(Duration.ofMillis(-300));
  private final Map<String, String> unreadable = new HashMap<>();
  private final List<Right> missing = new ArrayList<>();
  private final Map<String, List<String>> definitions = new HashMap<>();
  private final List<ClusterFacts.Router> routers = new ArrayList<>();
  private final Map<String, Map<String, String>> maps = new HashMap<>();
  private final List<ClusterFacts.BridgePod> bridges = new ArrayList<>();
  private Optional<ClusterFacts.Lease> lease = lease("router-1", NOW.minusSeconds(2));

  ClusterChecksTest() {
    definitions.put("regions.region-bridge.io", List.of());
    routers.add(new ClusterFacts.Router("router-1", true, List.of("10.0.0.1")));
    routers.add(new ClusterFacts.Router("router-2", true, List.of("10.0.0.2")));
    maps.put("coredns", Map.of("Corefile", ".:53 {\n}\nimport /etc/coredns/custom/*.server\n"));
    maps.put("coredns-custom", Map.of("region-bridge.server", BLOCK));
    maps.put(
        "cilium-config",
        Map.of(
            "enable-egress-gateway", "true",
            "enable-bpf-masquerade", "true",
            "kube-proxy-replacement", "true"));
    bridges.add(new ClusterFacts.BridgePod("a", "router-1", true, "0.1.0"));
    bridges.add(new ClusterFacts.BridgePod("b", "router-2", true, "0.1.0"));
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
    routers.set(1, new ClusterFacts.Router("router-2", false, List.of("10.0.0.2")));
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
    maps.put(
        "coredns",
        Map.of(
            "Corefile", ".:53 {\n}\n# BEGIN region-bridge: x\n" + BLOCK + "# END region-bridge\n"));
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
    maps.put("cilium-config", Map.of("enable-ipv4-egress-gateway", "true"));
    assertThat(one("Cilium").remedy())
        .contains("--set bpf.masquerade=true,kubeProxyReplacement=true");
    maps.remove("cilium-config");
    assertThat(one("Cilium").state()).isEqualTo(Check.State.SKIPPED);
  }

  @Test
  void wantsTheLeaseHeldAndByANodeThatLives() {
    lease = Optional.empty();
    assertThat(one("active gateway").message())
        .isEqualTo("no bridge holds the Lease region-bridge");
    lease = lease("router-1", NOW.minusSeconds(60));
    assertThat(one("active gateway").message())
        .isEqualTo("router-1 has not renewed the Lease for 60 s");
    lease = lease("gone", NOW);
    assertThat(one("active gateway").state()).isEqualTo(Check.State.WARNING);
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

  @Test
  void saysThatThereIsNoCluster() {
    assertThat(ClusterChecks.unreachable("https://x/", "does not answer: refused"))
        .singleElement()
        .matches(
            c -> c.state() == Check.State.FAILURE && c.message().startsWith("https://x/ does"));
  }

  private static Optional<ClusterFacts.Lease> lease(String holder, Instant renewed) {
    return Optional.of(
        new ClusterFacts.Lease(holder, Optional.of(renewed), Duration.ofSeconds(15)));
  }

  private List<Check> checks() {
    return ClusterChecks.of(
        new ClusterFacts(
            "https://api/",
            "v1.36.3",
            clock,
            unreadable,
            "the ServiceAccount",
            60,
            missing,
            definitions,
            "netbird-router=true",
            3,
            routers,
            maps,
            lease,
            bridges,
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
