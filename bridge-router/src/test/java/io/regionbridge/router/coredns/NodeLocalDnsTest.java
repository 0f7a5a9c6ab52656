package io.regionbridge.router.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NodeLocalDnsTest {
  /** The file in one line, and which of two zones it does not know. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "cluster.local:53 { forward . __PILLAR__CLUSTER__DNS__ ; }|mn.internal,52.10.in-addr.arpa",
        "mn.internal:53 { forward . 10.96.0.10 ; }|52.10.in-addr.arpa",
        "internal:53 in-addr.arpa:53 { forward . 10.96.0.10 ; }|\"\"",
        ".:53 { forward . __PILLAR__CLUSTER__DNS__ ; }|\"\"",
        ".:53 { forward . __PILLAR__UPSTREAM__SERVERS__ ; }|mn.internal,52.10.in-addr.arpa",
        "\"\"|mn.internal,52.10.in-addr.arpa",
        "ternal:53 { ; }|mn.internal,52.10.in-addr.arpa",
      })
  void knowsWhatItServesAndWhatItAsksCoreDnsFor(String line, String unknown) {
    String corefile = line.replace("{ ", "{\n  ").replace("; }", "\n}\n");
    assertThat(NodeLocalDns.unknown(corefile, List.of("mn.internal", "52.10.in-addr.arpa")))
        .containsExactlyElementsOf(unknown.isEmpty() ? List.of() : List.of(unknown.split(",")));
  }
}
