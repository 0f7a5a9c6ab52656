package io.regionbridge.router.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CoreDnsPlanTest {
  private static final List<ForwardZone> ZONES =
      List.of(
          new ForwardZone(List.of("fsn1.internal")),
          new ForwardZone(List.of("mn.internal", "10.52.0.0/16")));
  private static final List<InetSocketAddress> ROUTERS =
      addresses("192.0.2.2:1053", "192.0.2.1:1053");
  private static final String K3S =
      ".:53 {\n  import /etc/coredns/custom/*.override\n}\nimport /etc/coredns/custom/*.server\n";
  private static final String BLOCKS =
      """
      fsn1.internal:53 {
          errors
          forward . 192.0.2.1:1053 192.0.2.2:1053 {
              max_fails 2
              expire 30s
          }
      }

      mn.internal:53 10.52.0.0/16:53 {
          errors
          forward . 192.0.2.1:1053 192.0.2.2:1053 {
              max_fails 2
              expire 30s
          }
      }
      """;

  @Test
  void k3sAndAksTakeAKeyOfTheirCustomMap() {
    assertThat(plan(maps("coredns", Map.of("Corefile", K3S))))
        .isEqualTo(new CoreDnsPlan.CustomKey(Optional.empty(), Optional.of(BLOCKS)));
    String aks = K3S.replace("/etc/coredns/custom", "custom");
    assertThat(plan(maps("coredns", Map.of("Corefile", aks))))
        .isEqualTo(new CoreDnsPlan.CustomKey(Optional.empty(), Optional.of(BLOCKS)));
  }

  @Test
  void whatIsThereAlreadyIsNotWrittenAgain() {
    Map<String, ConfigMapFacts> maps =
        maps(
            "coredns",
            Map.of("Corefile", K3S),
            "coredns-custom",
            Map.of("region-bridge.server", BLOCKS, "other.server", "x"));
    assertThat(plan(maps)).isEqualTo(new CoreDnsPlan.Nothing());
    assertThat(CoreDnsPlan.of(view(maps), ZONES, ROUTERS.reversed()))
        .as("the order of the nodes is no difference")
        .isEqualTo(new CoreDnsPlan.Nothing());
  }

  @Test
  void anEditedKeyIsPutBack() {
    assertThat(
            plan(
                maps(
                    "coredns",
                    Map.of("Corefile", K3S),
                    "coredns-custom",
                    Map.of("region-bridge.server", BLOCKS + "#"))))
        .isEqualTo(new CoreDnsPlan.CustomKey(Optional.of(BLOCKS + "#"), Optional.of(BLOCKS)));
  }

  @Test
  void kubeadmGetsABlockInItsCorefileOnThePortThatItServes() {
    Map<String, ConfigMapFacts> maps = maps("coredns", Map.of("Corefile", ".:1053 {\n}\n"));
    assertThat(plan(maps))
        .isInstanceOfSatisfying(
            CoreDnsPlan.Corefile.class,
            corefile ->
                assertThat(corefile.corefile())
                    .startsWith(".:1053 {\n}\n# BEGIN region-bridge")
                    .contains("\nfsn1.internal:1053 {\n"));
  }

  @Test
  void aZoneThatSomebodyElseHasIsLeftToThem() {
    Map<String, ConfigMapFacts> custom =
        maps(
            "coredns",
            Map.of("Corefile", K3S),
            "coredns-custom",
            Map.of("old.server", "MN.internal {\n  forward . 192.0.2.7\n}\n", "a.txt", "x {\n}"));
    assertThat(plan(custom))
        .isInstanceOfSatisfying(
            CoreDnsPlan.CustomKey.class,
            key ->
                assertThat(key.content().orElseThrow())
                    .contains("fsn1.internal:53 {", "\n10.52.0.0/16:53 {")
                    .doesNotContain("mn.internal"));
    assertThat(CoreDnsPlan.taken(view(custom), ZONES))
        .contains("mn.internal in key old.server of coredns-custom");
    Map<String, ConfigMapFacts> corefile =
        maps("coredns", Map.of("Corefile", ".:53 {\n}\nmn.internal:53 {\n}\n"));
    CoreDnsPlan written = plan(corefile);
    assertThat(written)
        .isInstanceOfSatisfying(
            CoreDnsPlan.Corefile.class,
            plan -> assertThat(plan.corefile()).containsOnlyOnce("mn.internal"));
    Map<String, ConfigMapFacts> after =
        maps("coredns", Map.of("Corefile", ((CoreDnsPlan.Corefile) written).corefile()));
    assertThat(plan(after))
        .as("our own block is nobody else's")
        .isEqualTo(new CoreDnsPlan.Nothing());
    assertThat(CoreDnsPlan.taken(view(after), ZONES)).contains("mn.internal in the Corefile");
    Map<String, ConfigMapFacts> otherPort =
        maps("coredns", Map.of("Corefile", ".:53 {\n}\nmn.internal:5353 {\n}\n"));
    assertThat(CoreDnsPlan.taken(view(otherPort), ZONES)).isEmpty();
  }

  @Test
  void withoutZonesWhatWasWrittenGoes() {
    Map<String, ConfigMapFacts> custom =
        maps(
            "coredns",
            Map.of("Corefile", K3S),
            "coredns-custom",
            Map.of("region-bridge.server", BLOCKS));
    assertThat(CoreDnsPlan.of(view(custom), List.of(), List.of()))
        .isEqualTo(new CoreDnsPlan.CustomKey(Optional.of(BLOCKS), Optional.empty()));
    assertThat(CoreDnsPlan.of(view(maps("coredns", Map.of("Corefile", K3S))), List.of(), List.of()))
        .isEqualTo(new CoreDnsPlan.Nothing());
    assertThat(
            CoreDnsPlan.of(
                view(maps("coredns", Map.of("Corefile", ".:53 {\n}\n"))), List.of(), List.of()))
        .isEqualTo(new CoreDnsPlan.Nothing());
  }

  @Test
  void aPlanSaysWhetherItGivesUpAZone() {
    String corefile = CorefileEditor.with(".:53 {\n}\n", BLOCKS).orElseThrow();
    for (Map<String, ConfigMapFacts> maps :
        List.of(
            maps("coredns", Map.of("Corefile", corefile)),
            maps(
                "coredns",
                Map.of("Corefile", K3S),
                "coredns-custom",
                Map.of("region-bridge.server", BLOCKS)))) {
      ForwardZone third = new ForwardZone(List.of("hel1.internal"));
      assertThat(givesUp(maps, ZONES)).as("nothing to do").isFalse();
      assertThat(givesUp(maps, List.of(ZONES.get(0), ZONES.get(1), third))).isFalse();
      assertThat(givesUp(maps, List.of(ZONES.get(0), third))).isTrue();
      assertThat(givesUp(maps, List.of())).isTrue();
      ForwardZone without = new ForwardZone(List.of("mn.internal"));
      assertThat(givesUp(maps, List.of(ZONES.get(0), without))).as("a reverse zone").isTrue();
      assertThat(CoreDnsPlan.of(view(maps), ZONES, addresses("192.0.2.9:53")).givesUpAZone())
          .as("only other upstreams")
          .isFalse();
    }
    assertThat(ForwardedZones.in(Rke2Values.text(ZONES, 53, ROUTERS, "cluster.local")))
        .containsExactlyInAnyOrder("fsn1.internal", "mn.internal", "10.52.0.0/16");
  }

  private static boolean givesUp(Map<String, ConfigMapFacts> maps, List<ForwardZone> zones) {
    return CoreDnsPlan.of(view(maps), zones, ROUTERS).givesUpAZone();
  }

  @Test
  void anUnknownClusterIsSaidToBeOne() {
    assertThat(plan(Map.of())).isInstanceOf(CoreDnsPlan.Impossible.class);
  }

  @Test
  void rke2GetsValuesWithTheClustersOwnServerInThem() throws IOException {
    String corefile = ".:53 {\n  kubernetes  k8s.example in-addr.arpa ip6.arpa {\n}\n}\n";
    CoreDnsPlan plan = plan(maps("rke2-coredns-rke2-coredns", Map.of("Corefile", corefile)));
    assertThat(plan).isInstanceOf(CoreDnsPlan.HelmValues.class);
    JsonNode servers =
        new YAMLMapper()
            .readTree(((CoreDnsPlan.HelmValues) plan).values().orElseThrow())
            .get("servers");
    assertThat(servers).hasSize(3);
    assertThat(servers.get(0).get("plugins").get(3).get("parameters").asText())
        .isEqualTo("k8s.example in-addr.arpa ip6.arpa");
    assertThat(servers.get(2).get("zones").get(1).get("zone").asText()).isEqualTo("10.52.0.0/16");
    assertThat(servers.get(2).get("plugins").get(1).get("parameters").asText())
        .isEqualTo(". 192.0.2.1:1053 192.0.2.2:1053");
  }

  @Test
  void noMoreUpstreamsAreNamedThanCoreDnsTakes() {
    List<InetSocketAddress> many =
        IntStream.range(1, 30).mapToObj(i -> address("192.0.2." + i + ":1053")).toList();
    String text = ServerBlocks.text(ZONES, 53, many);
    assertThat(text.lines().filter(line -> line.contains("forward")).findFirst().orElseThrow())
        .satisfies(line -> assertThat(line.split(":1053")).hasSize(16));
  }

  private static CoreDnsPlan plan(Map<String, ConfigMapFacts> maps) {
    return CoreDnsPlan.of(view(maps), ZONES, ROUTERS);
  }

  private static Map<String, ConfigMapFacts> maps(String name, Map<String, String> data) {
    return Map.of(name, new ConfigMapFacts(name, "1", data));
  }

  private static Map<String, ConfigMapFacts> maps(
      String name, Map<String, String> data, String other, Map<String, String> otherData) {
    Map<String, ConfigMapFacts> maps = new HashMap<>(maps(name, data));
    maps.putAll(maps(other, otherData));
    return maps;
  }

  private static ClusterView view(Map<String, ConfigMapFacts> maps) {
    return new ClusterView(List.of(), List.of(), List.of(), maps, List.of(), List.of(), Map.of());
  }

  private static List<InetSocketAddress> addresses(String... texts) {
    return Stream.of(texts).map(CoreDnsPlanTest::address).toList();
  }

  private static InetSocketAddress address(String text) {
    return switch (SocketLiteral.parse(text, 1053)) {
      case SocketLiteral.Parsed.Valid(InetSocketAddress address) -> address;
      case SocketLiteral.Parsed.Invalid(String reason, _) ->
          throw new IllegalArgumentException(reason);
    };
  }
}
