package io.regionbridge.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.discovery.NodeFacts;
import io.regionbridge.router.discovery.RouterNodeFacts;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.topology.LocalRegion.Origin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyBuilderTest {
  private static final Cidr OVERLAY = Cidr.of("100.64.0.0/10");

  @Test
  void routerNodesBecomeGatewaysWithTheOverlayAddressThatTheirBridgeSays() {
    Topology topology =
        build(view(List.of(), List.of(node("b", true), node("a", true), node("w", false))));
    assertThat(topology.local().gateways())
        .extracting(LocalRegion.Gateway::node)
        .containsExactly("a", "b");
    assertThat(topology.local().gateways().getFirst().overlayAddress()).contains(ip("100.64.0.1"));
    assertThat(topology.local().gateways().getLast().overlayAddress()).isEmpty();
    assertThat(topology.local().nodeAddresses()).hasSize(3);
  }

  @Test
  void podRangesComeFromTheFirstThatSays() {
    List<NodeFacts> nodes = List.of(node("a", true));
    assertThat(build(view(List.of(), nodes)).local().podCidrs())
        .isEqualTo(new LocalRegion.Ranges(List.of(Cidr.of("10.42.0.0/24")), Origin.NODES));
    assertThat(build(view(List.of(Cidr.of("10.99.0.0/24")), nodes)).local().podCidrs().origin())
        .isEqualTo(Origin.CILIUM_NODES);
    assertThat(build(cilium(nodes, "cluster-pool")).local().podCidrs().origin())
        .isEqualTo(Origin.CILIUM_POOL);
    assertThat(build(cilium(nodes, "kubernetes")).local().podCidrs().origin())
        .as("the pool is only a default then")
        .isEqualTo(Origin.NODES);
    assertThat(build(pools(nodes, "10.7.0.0/16", "10.2.0.0/16")).local().podCidrs())
        .isEqualTo(new LocalRegion.Ranges(cidrs("10.7.0.0/16"), Origin.CILIUM_POOLS));
    assertThat(build(pools(nodes, "", "10.2.0.0/16")).local().podCidrs())
        .isEqualTo(new LocalRegion.Ranges(cidrs("10.2.0.0/16"), Origin.CALICO_POOLS));
    Topology configured =
        new TopologyBuilder(
                new TopologyBuilder.Settings(
                    "fsn1",
                    "fsn1.internal",
                    cidrs("10.1.0.0/16"),
                    List.of(),
                    AliasRanges.NONE,
                    List.of()))
            .build(
                cilium(nodes, "cluster-pool"),
                List.of(),
                Optional.empty(),
                List.of(),
                LocalRegion.CLUSTER_DOMAINS);
    assertThat(configured.local().podCidrs())
        .isEqualTo(new LocalRegion.Ranges(cidrs("10.1.0.0/16"), Origin.CONFIGURATION));
  }

  /**
   * Cilium looks for ClusterIPs before the gateway translates aliases; kube-proxy does after it.
   */
  @ParameterizedTest
  @CsvSource({
    "false, false, '', true",
    "false, false, 10.43.0.0/16, true",
    "true, false, '', false",
    "true, true, '', true",
    "true, true, 10.42.0.0/16, true",
    "true, true, 10.43.0.0/16, false",
    "true, true, 10.43.128.0/17, false"
  })
  void clusterIpsAreTranslatedForPeers(
      boolean replaced, boolean external, String aliased, boolean translates) {
    AliasRanges aliases =
        aliased.isEmpty()
            ? AliasRanges.NONE
            : new AliasRanges(
                List.of(
                    new AliasRange(
                        Cidr.of(aliased), Cidr.of(aliased.replaceFirst("10.4", "10.14")))));
    ConfigMapFacts config =
        new ConfigMapFacts(
            "cilium-config",
            "1",
            Map.of(
                "kube-proxy-replacement",
                Boolean.toString(replaced),
                "bpf-lb-external-clusterip",
                Boolean.toString(external)));
    Topology topology =
        new TopologyBuilder(
                new TopologyBuilder.Settings(
                    "fsn1",
                    "fsn1.internal",
                    cidrs("10.42.0.0/16"),
                    cidrs("10.43.0.0/16"),
                    aliases,
                    List.of()))
            .build(
                ClusterView.ofConfigMaps(Map.of("cilium-config", config)),
                List.of(),
                Optional.empty(),
                List.of(),
                LocalRegion.CLUSTER_DOMAINS);
    assertThat(topology.local().translates()).isEqualTo(translates);
  }

  @Test
  void eachFieldOfAPeerComesFromTheFirstSourceThatSaysIt() {
    Topology topology =
        build(
            new PeerClaim(
                PeerSource.OVERLAY,
                "mn",
                Optional.of(new RegionDomain("overlay.example")),
                cidrs("10.52.0.0/16"),
                List.of(),
                gateways("100.64.0.9"),
                Optional.empty(),
                List.of(),
                Identity.NONE),
            new PeerClaim(
                PeerSource.OVERLAY,
                "mn",
                Optional.of(new RegionDomain("overlay.example")),
                cidrs("10.52.0.0/16"),
                List.of(),
                gateways("100.64.0.8"),
                Optional.empty(),
                List.of(),
                Identity.NONE),
            new PeerClaim(
                PeerSource.REGION_OBJECT,
                "mn",
                Optional.of(new RegionDomain("mn.example")),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(false),
                List.of(),
                Identity.NONE));
    assertThat(topology.peers())
        .containsExactly(
            new PeerRegion(
                "mn",
                "mn.example",
                cidrs("10.52.0.0/16"),
                List.of(),
                gateways("100.64.0.8", "100.64.0.9"),
                false,
                Set.of(PeerSource.REGION_OBJECT, PeerSource.OVERLAY),
                List.of()));
  }

  @Test
  void aPeerWithNothingButANameHasTheUsualDomain() {
    assertThat(build(claim("mn")).peers().getFirst().domain()).isEqualTo("mn.internal");
  }

  @Test
  void whoeverClaimsToBeThisRegionIsNotBelieved() {
    assertThat(build(claim("fsn1", "10.0.0.0/8")).peers()).isEmpty();
  }

  @Test
  void overlapsAreNamedWithBothSidesAndOnlyTheyAreDisputed() {
    Topology topology =
        build(
            claim("mn", "10.52.0.0/16", "10.42.0.0/15"),
            claim("hel1", "10.52.128.0/17", "100.64.1.0/24", "10.60.0.0/16"));
    assertThat(topology.conflicts())
        .map(Conflict::toString)
        .containsExactlyInAnyOrder(
            "100.64.1.0/24 of region hel1 overlaps 100.64.0.0/10 of the overlay",
            "10.42.0.0/15 of region mn overlaps 10.42.0.0/24 of this region",
            "10.52.0.0/16 of region mn overlaps 10.52.128.0/17 of region hel1");
    PeerRegion mn = topology.peer("mn").orElseThrow();
    PeerRegion hel1 = topology.peer("hel1").orElseThrow();
    assertThat(topology.disputes().include(mn, Cidr.of("10.52.0.0/16"))).isTrue();
    assertThat(topology.disputes().include(hel1, Cidr.of("10.52.128.0/17"))).isTrue();
    assertThat(topology.disputes().include(hel1, Cidr.of("100.64.1.0/24"))).isTrue();
    assertThat(topology.disputes().include(hel1, Cidr.of("10.60.0.0/16"))).isFalse();
  }

  @Test
  void aDisputedRangeCostsNeitherTheOneBesideItNorOneInsideIt() {
    Topology topology = build(claim("mn", "10.43.0.0/16", "10.42.0.0/16", "10.0.0.0/8"));
    PeerRegion mn = topology.peer("mn").orElseThrow();
    assertThat(topology.disputes().undisputed(mn, mn.podCidrs()))
        .containsExactly(Cidr.of("10.43.0.0/16"));
  }

  @Test
  void aPeerWhoseDomainIsTakenIsLeftOut() {
    Topology topology =
        build(
            withDomain("aa", "x.fsn1.internal"),
            withDomain("bb", "same.example"),
            withDomain("cc", "same.example"));
    assertThat(topology.peers()).extracting(PeerRegion::name).containsExactly("bb");
    assertThat(topology.conflicts())
        .map(Conflict::toString)
        .containsExactly(
            "domain x.fsn1.internal of region aa clashes with fsn1.internal of region fsn1",
            "domain same.example of region cc clashes with same.example of region bb");
  }

  @Test
  void theOrderOfTheFactsDoesNotMatter() {
    List<PeerClaim> claims = new ArrayList<>();
    int number = 0;
    for (PeerSource source : PeerSource.values()) {
      number++;
      for (String name : List.of("mn", "hel1", "nbg1")) {
        claims.add(
            new PeerClaim(
                source,
                name,
                source == PeerSource.OVERLAY
                    ? Optional.of(new RegionDomain(name + ".o"))
                    : Optional.empty(),
                cidrs("10." + (50 + name.length() + number) + ".0.0/16"),
                List.of(),
                gateways("100.64.0." + number),
                Optional.empty(),
                List.of(),
                Identity.NONE));
      }
    }
    List<NodeFacts> nodes =
        new ArrayList<>(List.of(node("a", true), node("b", true), node("c", false)));
    Topology first = build(view(List.of(), nodes), claims);
    for (int seed = 0; seed < 50; seed++) {
      Collections.shuffle(claims, new Random(seed));
      Collections.shuffle(nodes, new Random(seed));
      assertThat(build(view(List.of(), nodes), claims)).isEqualTo(first);
    }
  }

  private static Topology build(PeerClaim... claims) {
    return build(view(List.of(), List.of(node("a", true))), List.of(claims));
  }

  private static Topology build(ClusterView view) {
    return build(view, List.of());
  }

  private static Topology build(ClusterView view, List<PeerClaim> claims) {
    return new TopologyBuilder(
            new TopologyBuilder.Settings(
                "fsn1", "fsn1.internal", List.of(), List.of(), AliasRanges.NONE, List.of(OVERLAY)))
        .build(view, claims, Optional.of("a"), List.of(), LocalRegion.CLUSTER_DOMAINS);
  }

  private static ClusterView view(List<Cidr> ciliumNodes, List<NodeFacts> nodes) {
    RouterNodeSpec spec =
        new RouterNodeSpec(
            "fsn1", null, null, "100.64.0.1", 1053, null, null, null, null, null, null);
    return new ClusterView(
        nodes,
        List.of(),
        ciliumNodes,
        Map.of(),
        List.of(),
        List.of(
            new RouterNodeFacts(
                "a",
                spec,
                "Active",
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of())),
        Map.of());
  }

  private static ClusterView pools(List<NodeFacts> nodes, String cilium, String calico) {
    return new ClusterView(
        nodes,
        List.of(),
        List.of(),
        cilium.isEmpty() ? List.of() : cidrs(cilium),
        cidrs(calico),
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of());
  }

  private static ClusterView cilium(List<NodeFacts> nodes, String ipam) {
    Map<String, String> data = Map.of("ipam", ipam, "cluster-pool-ipv4-cidr", "10.0.0.0/8");
    return new ClusterView(
        nodes,
        List.of(),
        List.of(),
        Map.of("cilium-config", new ConfigMapFacts("cilium-config", "1", data)),
        List.of(),
        List.of(),
        Map.of());
  }

  private static NodeFacts node(String name, boolean router) {
    int number = name.charAt(0);
    return new NodeFacts(
        name,
        "uid-" + name,
        name,
        router,
        true,
        List.of(ip("192.0.2." + number)),
        name.equals("a") ? cidrs("10.42.0.0/24") : List.of());
  }

  private static PeerClaim claim(String name, String... podCidrs) {
    return new PeerClaim(
        PeerSource.REGION_OBJECT,
        name,
        Optional.empty(),
        cidrs(podCidrs),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        Identity.NONE);
  }

  private static PeerClaim withDomain(String name, String domain) {
    return new PeerClaim(
        PeerSource.REGION_OBJECT,
        name,
        Optional.of(new RegionDomain(domain)),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        Identity.NONE);
  }

  private static List<PeerRegion.Gateway> gateways(String... addresses) {
    return Stream.of(addresses)
        .map(a -> new PeerRegion.Gateway(new InetSocketAddress(ip(a), 1053), Optional.empty()))
        .toList();
  }

  private static List<Cidr> cidrs(String... texts) {
    return Stream.of(texts).map(Cidr::of).toList();
  }

  private static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }
}
