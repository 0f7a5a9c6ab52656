package io.regionbridge.router.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ConfigMapFacts;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorefileTest {
  private static final String COREFILE =
      """
      # mn.internal:53 {
      (snippet) {
          errors
      }
      import /etc/coredns/custom/*.server
      import snippet
      .:53 {
          errors
          health {
             lameduck 5s
          }
          forward . /etc/resolv.conf {
             max_concurrent 1000
          }
          reload # looks every half minute
      }
      "MN.internal.", dns://10.52.0.0/16:53,
      hel1.internal:5353 {
          forward . 10.0.0.1:1053 10.0.0.2:1053
          template IN A {
              answer "{{ .Name }} 60 \\"A\\" #1"
          }
      }
      empty.example
      {
      }
      """;

  @Test
  void readsBlocksAsCoreDnsDoes() {
    Corefile corefile = Corefile.parse(COREFILE);
    assertThat(corefile.problem()).isEmpty();
    assertThat(corefile.imports()).containsExactly("/etc/coredns/custom/*.server");
    assertThat(corefile.blocks())
        .extracting(block -> block.zones().stream().map(Zone::toString).toList())
        .containsExactly(
            List.of(".:53"),
            List.of("mn.internal:53", "52.10.in-addr.arpa:53", "hel1.internal:5353"),
            List.of("empty.example:53"));
  }

  @Test
  void findsPluginsTheirOptionsAndWhereABlockForwardsTo() {
    List<ServerBlock> blocks = Corefile.parse(COREFILE).blocks();
    ServerBlock root = blocks.getFirst();
    assertThat(root.has("reload")).isTrue();
    assertThat(root.has("max_concurrent")).isFalse();
    assertThat(root.forwards()).containsExactly(List.of("/etc/resolv.conf"));
    assertThat(root.ours()).isFalse();
    assertThat(blocks.get(1).forwards()).containsExactly(List.of("10.0.0.1:1053", "10.0.0.2:1053"));
    assertThat(blocks.get(1).directives().get(1).option("answer").orElseThrow().arguments())
        .containsExactly("{{ .Name }} 60 \"A\" #1");
    assertThat(blocks.get(1).directives().get(1).body())
        .isEqualTo("answer \"{{ .Name }} 60 \\\"A\\\" #1\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mn.internal:53 {\n forward . 10.0.0.1\n",
        "a.example\nb.example {\n}\n",
        "a.example\nerrors\n",
        "a.example",
        "a.example, {\n}\n",
        "a.example {\n errors }\n}\n",
        "(x) {\n}\n(x) {\n}\n",
        "a.example { errors {\n}\n"
      })
  void aTextThatCoreDnsRefusesHasAProblem(String text) {
    assertThat(Corefile.parse(text).problem()).isPresent();
  }

  @Test
  void nothingIsACorefileToo() {
    assertThat(Corefile.parse("")).isEqualTo(Corefile.parse(" # nothing\n"));
    assertThat(Corefile.parse("").problem()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mn.internal             | mn.internal:53
          MN.Internal.:1053       | mn.internal:1053
          mn.internal:+053        | mn.internal:53
          .                       | .:53
          tls://mn.internal       | tls://mn.internal:853
          https://mn.internal:53  | https://mn.internal:53
          DNS://mn.internal       | dns://mn.internal:53
          10.0.0.0/8              | 10.in-addr.arpa:53
          10.52.0.0/16:1053       | 52.10.in-addr.arpa:1053
          10.52.7.9/016           | 52.10.in-addr.arpa:53
          10.52.7.0/24            | 7.52.10.in-addr.arpa:53
          10.52.7.9/32            | 9.7.52.10.in-addr.arpa:53
          10.52.0.0/15            | 52.10.in-addr.arpa:53 53.10.in-addr.arpa:53
          0.0.0.0/0               | in-addr.arpa:53
          010.0.0.0/8             | 010.0.0.0/8:53
          fd00:42::/32            | 2.4.0.0.0.0.d.f.ip6.arpa:53
          FD00:42::/31            | 2.4.0.0.0.0.d.f.ip6.arpa:53 3.4.0.0.0.0.d.f.ip6.arpa:53
          """)
  void aKeyIsTheZonesThatCoreDnsMakesOfIt(String key, String zones) {
    assertThat(Zone.read(key))
        .isInstanceOfSatisfying(
            Zone.Read.Zones.class,
            read ->
                assertThat(read.zones().stream().map(Zone::toString))
                    .containsExactly(zones.split(" ")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "mn.internal:", "a..b", ".a", "::/8", "::ffff:10.0.0.0/104", "0:1::/32"})
  void aKeyThatCoreDnsRefusesIsRefused(String key) {
    assertThat(Zone.read(key)).isInstanceOf(Zone.Read.Refused.class);
    assertThat(Zone.read("a".repeat(64) + ".b")).isInstanceOf(Zone.Read.Refused.class);
    assertThat(Zone.read("a.".repeat(128) + "b")).isInstanceOf(Zone.Read.Refused.class);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          kubernetes cluster.local in-addr.arpa ip6.arpa              | cluster.local
          kubernetes  prod.example  cluster.local in-addr.arpa        | prod.example cluster.local
          kubernetes Prod.Example. 10.0.0.0/8                         | prod.example
          kubernetes {$DOMAIN} in-addr.arpa                           | cluster.local
          errors                                                      | cluster.local
          kubernetes                                                  | own.example
          """)
  void theClustersOwnDomainsAreTheZonesOfItsPlugin(String line, String domains) {
    String text = "own.example:53 {\n    " + line + "\n}\n";
    assertThat(
            ClusterDomains.of(
                    ClusterView.ofConfigMaps(
                        Map.of(
                            "coredns",
                            new ConfigMapFacts("coredns", "1", Map.of("Corefile", text)))))
                .names())
        .containsExactly(domains.split(" "));
  }

  @Test
  void aSnippetIsReadWhereItIsImported() {
    String text =
        """
        (services) {
            kubernetes prod.example in-addr.arpa {
                pods insecure
            }
        }
        (usual) {
            errors
            import services
        }
        .:53 {
            import usual
            import nothing
            forward . /etc/resolv.conf
        }
        (circle) {
            import circle
        }
        a.example {
            import circle
        }
        """;
    Corefile corefile = Corefile.parse(text);
    assertThat(corefile.snippets()).hasSize(3);
    assertThat(corefile.blocks()).hasSize(2);
    assertThat(corefile.directives(corefile.blocks().getFirst()))
        .extracting(Directive::name)
        .containsExactly("errors", "kubernetes", "import", "forward");
    assertThat(corefile.directives(corefile.blocks().getLast())).hasSize(1);
    assertThat(
            ClusterDomains.of(
                    ClusterView.ofConfigMaps(
                        Map.of(
                            "coredns",
                            new ConfigMapFacts("coredns", "1", Map.of("Corefile", text)))))
                .names())
        .containsExactly("prod.example");
  }

  @Test
  void theDomainsOfOthersAreTheirZonesWithoutTheRootAndReverseZones() {
    ForeignZones zones =
        ForeignZones.of(
            ClusterView.ofConfigMaps(
                Map.of(
                    "coredns", new ConfigMapFacts("coredns", "1", Map.of("Corefile", COREFILE)))));
    assertThat(zones.domains(Set.of()))
        .containsExactlyInAnyOrder("mn.internal", "hel1.internal", "empty.example");
  }

  @Test
  void aBlockThatForwardsToABridgeTakesNoDomainFromIt() {
    String text =
        """
        mn.internal { forward . 10.0.0.5:1053 10.0.0.6:1053
        }
        hel1.internal { forward . tls://[fd00::5]:853
        }
        corp.example { forward . 10.0.0.7 /etc/resolv.conf
        }
        """;
    ForeignZones zones =
        ForeignZones.of(
            ClusterView.ofConfigMaps(
                Map.of("coredns", new ConfigMapFacts("coredns", "1", Map.of("Corefile", text)))));
    assertThat(
            zones.domains(
                Set.of(InetAddress.ofLiteral("10.0.0.6"), InetAddress.ofLiteral("fd00::5"))))
        .containsExactly("corp.example");
  }
}
