package io.regionbridge.router.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.net.SocketLiteral;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoreDnsPlanTest {
  private static final List<ForwardedZones> ZONES =
      List.of(
          new ForwardedZones(List.of("fsn1.internal")),
          new ForwardedZones(List.of("mn.internal", "10.52.0.0/16")));
  private static final List<InetSocketAddress> ROUTERS =
      addresses("192.0.2.2:1053", "192.0.2.1:1053");
  private static final String K3S =
      ".:53 {\n  import /etc/coredns/custom/*.override\n}\nimport /etc/coredns/custom/*.server\n";
  private static final String RKE2 =
      """
      .:53 {
          errors
          health  {
              lameduck 5s
          }
          kubernetes  prod.example  cluster.local in-addr.arpa ip6.arpa {
              pods insecure
              fallthrough in-addr.arpa ip6.arpa
          }
          hosts "/etc/my hosts"
          forward  . /etc/resolv.conf
          cache  30
          reload
      }
      tls://corp.example:853 {
          forward . 192.0.2.53
      }
      """;
  private static final String BLOCKS =
      """
      fsn1.internal:53 {
          errors
          forward . 192.0.2.1:1053 192.0.2.2:1053 {
              except region-bridge.invalid
              max_fails 2
              expire 30s
          }
      }

      mn.internal:53 10.52.0.0/16:53 {
          errors
          forward . 192.0.2.1:1053 192.0.2.2:1053 {
              except region-bridge.invalid
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
    String elsewhere = K3S.replace("/etc/coredns/custom", "/srv/volumes/coredns-custom");
    assertThat(plan(maps("coredns", Map.of("Corefile", elsewhere))))
        .isEqualTo(new CoreDnsPlan.CustomKey(Optional.empty(), Optional.of(BLOCKS)));
  }

  @Test
  void whatIsThereAlreadyIsNotWrittenAgain() {
    Map<String, ConfigMapFacts> maps =
        maps(
            "coredns",
            Map.of("Corefile", K3S),
            "coredns-custom",
            Map.of("region-bridge.server", BLOCKS, "other.server", "x {\n}\n"));
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
        .containsExactly("mn.internal in key old.server of coredns-custom");
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
    assertThat(CoreDnsPlan.taken(view(after), ZONES))
        .containsExactly("mn.internal in the Corefile");
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
    String corefile = CorefileEditor.with(".:53 {\n}\n", BLOCKS);
    for (Map<String, ConfigMapFacts> maps :
        List.of(
            maps("coredns", Map.of("Corefile", corefile)),
            maps(
                "coredns",
                Map.of("Corefile", K3S),
                "coredns-custom",
                Map.of("region-bridge.server", BLOCKS)))) {
      ForwardedZones third = new ForwardedZones(List.of("hel1.internal"));
      assertThat(givesUp(maps, ZONES)).as("nothing to do").isFalse();
      assertThat(givesUp(maps, List.of(ZONES.get(0), ZONES.get(1), third))).isFalse();
      assertThat(givesUp(maps, List.of(ZONES.get(0), third))).isTrue();
      assertThat(givesUp(maps, List.of())).isTrue();
      ForwardedZones without = new ForwardedZones(List.of("mn.internal"));
      assertThat(givesUp(maps, List.of(ZONES.get(0), without))).as("a reverse zone").isTrue();
    }
    String values = Rke2Values.text(Corefile.parse(RKE2).blocks(), ZONES, "53", ROUTERS);
    String fewer =
        Rke2Values.text(Corefile.parse(RKE2).blocks(), List.of(ZONES.get(0)), "53", ROUTERS);
    assertThat(Rke2Values.givesUpAZone(values, fewer)).isTrue();
    assertThat(Rke2Values.givesUpAZone(fewer, values)).isFalse();
  }

  private static boolean givesUp(Map<String, ConfigMapFacts> maps, List<ForwardedZones> zones) {
    return CoreDnsPlan.givesUpAZone(view(maps), zones);
  }

  @Test
  void anUnknownClusterIsSaidToBeOne() {
    assertThat(plan(Map.of())).isInstanceOf(CoreDnsPlan.Impossible.class);
  }

  @Test
  void rke2GetsValuesWithTheClustersOwnServersInThemAsTheyStand() throws IOException {
    JsonNode servers = servers(RKE2);
    assertThat(servers).hasSize(4);
    assertThat(servers.get(0).get("zones").get(0).get("zone").asText()).isEqualTo(".");
    assertThat(servers.get(0).get("port").asInt()).isEqualTo(53);
    JsonNode plugins = servers.get(0).get("plugins");
    assertThat(plugins.valueStream().map(plugin -> plugin.get("name").asText()))
        .containsExactly("errors", "health", "kubernetes", "hosts", "forward", "cache", "reload");
    assertThat(plugins.get(1).get("configBlock").asText()).isEqualTo("lameduck 5s");
    assertThat(plugins.get(2).get("parameters").asText())
        .as("all zones, each once")
        .isEqualTo("prod.example cluster.local in-addr.arpa ip6.arpa");
    assertThat(plugins.get(2).get("configBlock").asText())
        .isEqualTo("pods insecure\nfallthrough in-addr.arpa ip6.arpa");
    assertThat(plugins.get(3).get("parameters").asText()).isEqualTo("\"/etc/my hosts\"");
    assertThat(plugins.get(5).get("parameters").asText()).isEqualTo("30");
    JsonNode own = servers.get(1);
    assertThat(own.get("zones").get(0).get("zone").asText()).isEqualTo("corp.example");
    assertThat(own.get("zones").get(0).get("scheme").asText()).isEqualTo("tls://");
    assertThat(servers.get(3).get("zones").get(1).get("zone").asText()).isEqualTo("10.52.0.0/16");
    assertThat(servers.get(3).get("plugins").get(1).get("parameters").asText())
        .isEqualTo(". 192.0.2.1:1053 192.0.2.2:1053");
  }

  @Test
  void rke2KeepsSnippetsBeforeTheServersThatImportThem() throws IOException {
    JsonNode servers =
        servers(
            """
            (usual) {
                errors
                kubernetes prod.example
            }
            .:53 {
                import usual
                forward . /etc/resolv.conf
            }
            """);
    JsonNode snippet = servers.get(0);
    assertThat(snippet.get("zones").get(0).get("zone").asText()).isEqualTo("(usual)");
    assertThat(snippet.has("port")).as("a snippet has none").isFalse();
    assertThat(servers.get(1).get("plugins").get(0).get("name").asText()).isEqualTo("import");
    assertThat(servers.get(1).get("plugins").get(0).get("parameters").asText()).isEqualTo("usual");
  }

  /** What Helm makes of the values gives the same values again, without the bridge's servers. */
  @Test
  void whatRke2MakesOfTheValuesChangesThemNoMore() throws IOException {
    StringBuilder rendered = new StringBuilder();
    for (JsonNode server : servers(RKE2)) {
      String zones =
          server
              .get("zones")
              .valueStream()
              .map(zone -> zone.path("scheme").asText() + zone.get("zone").asText())
              .collect(Collectors.joining(" "));
      rendered.append(zones).append(':').append(server.get("port").asText()).append(" {\n");
      for (JsonNode plugin : server.get("plugins")) {
        String name = plugin.get("name").asText();
        rendered
            .append("  ")
            .append(name)
            .append(name.equals("kubernetes") ? " prod.example " : " ");
        rendered.append(plugin.path("parameters").asText());
        if (plugin.has("configBlock")) {
          rendered.append(" {\n").append(plugin.get("configBlock").asText()).append("\n}");
        }
        rendered.append('\n');
      }
      rendered.append("}\n");
    }
    assertThat(values(rendered.toString())).isEqualTo(values(RKE2));
  }

  @Test
  void withoutTheClustersOwnZoneRke2IsLeftAsItIs() {
    assertThat(plan(maps("rke2-coredns-rke2-coredns", Map.of("Corefile", ".:53 {\n errors\n}\n"))))
        .isInstanceOfSatisfying(
            CoreDnsPlan.Impossible.class,
            plan -> assertThat(plan.reason()).isEqualTo("ClusterZoneNotFound"));
  }

  private static String values(String corefile) {
    return ((CoreDnsPlan.HelmValues)
            plan(maps("rke2-coredns-rke2-coredns", Map.of("Corefile", corefile))))
        .values()
        .orElseThrow();
  }

  private static JsonNode servers(String corefile) throws IOException {
    return new YAMLMapper().readTree(values(corefile)).get("servers");
  }

  /** As a tool that writes the Corefile anew leaves it: no comments, other space. */
  @Test
  void theBlockIsKnownByWhatItSays() {
    String corefile = CorefileEditor.with(".:53 {\n    errors\n}\n", BLOCKS);
    String anew = corefile.replaceAll("(?m)^#.*\n", "").replace("    ", "\t");
    assertThat(plan(maps("coredns", Map.of("Corefile", anew))))
        .isEqualTo(new CoreDnsPlan.Nothing());
    CoreDnsPlan other =
        CoreDnsPlan.of(
            view(maps("coredns", Map.of("Corefile", anew))), ZONES, addresses("192.0.2.9:1053"));
    assertThat(other)
        .isInstanceOfSatisfying(
            CoreDnsPlan.Corefile.class,
            plan ->
                assertThat(plan.corefile())
                    .containsOnlyOnce("mn.internal:53")
                    .contains("192.0.2.9:1053")
                    .doesNotContain("192.0.2.1:1053"));
    assertThat(
            CoreDnsPlan.of(view(maps("coredns", Map.of("Corefile", anew))), List.of(), List.of()))
        .isInstanceOfSatisfying(
            CoreDnsPlan.Corefile.class,
            plan -> assertThat(plan.corefile()).isEqualTo(".:53 {\n\terrors\n}\n"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          52.10.in-addr.arpa            | mn.internal:53          | 10.52.0.0/16 in the Corefile
          10.52.7.9/16:53               | mn.internal:53          | 10.52.0.0/16 in the Corefile
          "MN.Internal.:053"            | 10.52.0.0/16:53         | mn.internal in the Corefile
          dns://mn.internal, x.example  | 10.52.0.0/16:53         | mn.internal in the Corefile
          {$X}.in-addr.arpa             | mn.internal:53          | 10.52.0.0/16 in the Corefile, maybe
          mn.internal:{$PORT}           | 10.52.0.0/16:53         | mn.internal in the Corefile, maybe
          {$X}.internal:53              | 10.52.0.0/16:53         | mn.internal in the Corefile, maybe
          tls://mn.internal             | mn.internal:53          |
          mn.internal:5353              | mn.internal:53          |
          {$X}:5353                     | mn.internal:53          |
          {$X}.example                  | mn.internal:53          |
          internal                      | mn.internal:53          |
          """)
  void zonesOfOthersAreComparedByWhatTheyMean(String key, String left, String told) {
    Map<String, ConfigMapFacts> maps =
        maps("coredns", Map.of("Corefile", ".:53 {\n}\n" + key + " {\n}\n"));
    assertThat(plan(maps))
        .isInstanceOfSatisfying(
            CoreDnsPlan.Corefile.class, plan -> assertThat(plan.corefile()).contains("\n" + left));
    List<String> taken = CoreDnsPlan.taken(view(maps), List.of(ZONES.get(1)));
    if (told == null) {
      assertThat(taken).isEmpty();
    } else {
      assertThat(taken).anyMatch(text -> text.startsWith(told));
    }
  }

  @Test
  void whatCannotBeReadMayBeAnyZone() {
    for (String unreadable : List.of("{$FSN}:53 {\n}\n", "import /zones/*\n", "import other\n")) {
      Map<String, ConfigMapFacts> maps =
          maps("coredns", Map.of("Corefile", ".:53 {\n}\n" + unreadable));
      assertThat(plan(maps)).as(unreadable).isEqualTo(new CoreDnsPlan.Nothing());
      assertThat(CoreDnsPlan.taken(view(maps), ZONES))
          .hasSize(3)
          .allMatch(told -> told.contains(", maybe, as "));
    }
    Map<String, ConfigMapFacts> readable =
        maps(
            "coredns",
            Map.of("Corefile", "(x) {\n}\n.:53 {\n}\nimport x\nimport more\n", "more", "a {\n}\n"));
    assertThat(CoreDnsPlan.taken(view(readable), ZONES))
        .as("a snippet, and a file of the same ConfigMap")
        .isEmpty();
  }

  @Test
  void aConfigurationThatCoreDnsRefusesAnywayIsLeftToWhoBrokeIt() {
    for (String broken : List.of(".:53 {\n", ".:53\nerrors\n", "a..b {\n}\n", "::/8 {\n}\n")) {
      assertThat(plan(maps("coredns", Map.of("Corefile", broken))))
          .isInstanceOfSatisfying(
              CoreDnsPlan.Impossible.class,
              plan -> assertThat(plan.reason()).isEqualTo("CorefileRefused"));
    }
  }

  /** A range is many zones; what others have of it is left out by name. */
  @Test
  void aZoneOfOursIsWrittenOnceAndTheRestOfARangeByName() {
    List<ForwardedZones> zones =
        List.of(
            new ForwardedZones(List.of("53.10.in-addr.arpa", "10.54.0.0/15")),
            new ForwardedZones(List.of("mn.internal", "10.52.0.0/15", "10.54.0.0/16", "::/8")));
    ZoneChoice choice =
        ZoneChoice.of(
            zones,
            ForeignZones.of(view(maps("coredns", Map.of("Corefile", "55.10.in-addr.arpa {\n}\n")))),
            "53");
    assertThat(choice.written())
        .containsExactly(
            new ForwardedZones(List.of("54.10.in-addr.arpa")),
            new ForwardedZones(List.of("mn.internal", "10.52.0.0/15", "0.0.ip6.arpa")));
    assertThat(choice.taken())
        .containsExactly("55.10.in-addr.arpa of 10.54.0.0/15 in the Corefile");
  }

  @Test
  void noMoreUpstreamsAreNamedThanCoreDnsTakes() {
    List<InetSocketAddress> many =
        IntStream.range(1, 30).mapToObj(i -> address("192.0.2." + i + ":1053")).toList();
    String text = ServerBlocks.text(ZONES, "53", many);
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
      case Parsed.Valid(InetSocketAddress address) -> address;
      case Parsed.Invalid(String reason, _) -> throw new IllegalArgumentException(reason);
    };
  }
}
