package io.regionbridge.router.directory.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.ServiceKey;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong is told with file, line, column, object and field. */
class ManifestProblemsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c2VjcmV0LXRva2Vu",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXRva2Vu\nc2VjcmV0==\n-----END PRIVATE KEY-----\n",
        "!c2VjcmV0!x y",
        "*c2VjcmV0",
        "%c2VjcmV0 1",
        "@c2VjcmV0",
        "{\"a\": c2VjcmV0}",
        "a: b: c2VjcmV0",
        "&a &c2VjcmV0 b",
      })
  void nothingIsShownOfAFileThatIsNoManifest(String secret) throws Exception {
    ManifestReading reading =
        ManifestReader.read(
            "token", new ByteArrayInputStream(secret.getBytes(StandardCharsets.UTF_8)));
    assertThat(reading.toString()).contains("token:").doesNotContain("c2VjcmV0", "BEGIN");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {type: Cluster}                        | 4:14 | spec.type | "Cluster" is not a type of Service
          {type: NodePort, clusterIP: None}      | 4:35 | spec.clusterIP | cannot be headless
          {type: ExternalName}                   | 4:7  | spec.externalName | missing
          {type: ExternalName, externalName: a_b}| 4:42 | spec.externalName | "a_b" is not a DNS name
          {clusterIP: 10.43.0.256}               | 4:19 | spec.clusterIP | "10.43.0.256" is not an IP address
          {clusterIP: 10.43.0.01}                | 4:19 | spec.clusterIP | not an IP address
          {clusterIP: 10.1.1.1, clusterIPs: [10.1.1.2]} | 4:19 | spec.clusterIP | not the same as clusterIPs[0]
          {clusterIPs: [10.1.1.1, 10.1.1.2]}     | 4:31 | spec.clusterIPs[1] | a second address of the same family
          {clusterIPs: {}}                       | 4:20 | spec.clusterIPs | must be a list
          {ports: 80}                            | 4:15 | spec.ports | must be a list
          {ports: [80]}                          | 4:16 | spec.ports[0] | must be an object
          {ports: [{}]}                          | 4:16 | spec.ports[0].port | missing
          {ports: [{port: 0}]}                   | 4:23 | spec.ports[0].port | 0 is not a port number: 1 to 65535
          {ports: [{port: 65536}]}               | 4:23 | spec.ports[0].port | 65536 is not a port number
          {ports: [{port: -1}]}                  | 4:23 | spec.ports[0].port | -1 is not a port number
          {ports: [{port: 80.5}]}                | 4:23 | spec.ports[0].port | 80.5 is not a port number
          {ports: [{port: 99999999999999999999}]}| 4:23 | spec.ports[0].port | is not a port number
          {ports: [{port: "80"}]}                | 4:23 | spec.ports[0].port | must be a port number
          {ports: [{port: 80, protocol: tcp}]}   | 4:37 | spec.ports[0].protocol | "tcp" is not a protocol: TCP, UDP or SCTP
          {ports: [{port: 80, targetPort: 0}]}   | 4:39 | spec.ports[0].targetPort | 0 is not a port number
          {ports: [{port: 80, targetPort: "80"}]}| 4:39 | spec.ports[0].targetPort | "80" is not a port's name
          {ports: [{port: 80, name: A}]}         | 4:33 | spec.ports[0].name | "A" is not a DNS label
          {ports: [{port: 80, name: 80}]}        | 4:33 | spec.ports[0].name | the number 80 stands where a string must be: put it in quotes
          {ports: [{port: 1, name: a}, {port: 2}]} | 4:36 | spec.ports[1].name | missing: with more than one port
          {ports: [{port: 1, name: a}, {port: 2, name: a}]} | 4:52 | spec.ports[1].name | "a" is the name of another port too
          {publishNotReadyAddresses: "yes"}      | 4:34 | spec.publishNotReadyAddresses | must be true or false
          {clusterIP: 10.1.1.1, clusterIP: None} | 4:40 | spec.clusterIP | given a second time, first in line 4
          {ports: *ports}                        | 4:15 | spec.ports | the YAML alias *ports is not supported: write the value out
          {<<: *base, type: ClusterIP}           | 4:7  | spec | YAML merge keys (<<) are not supported
          [type]                                 | 4:7  | spec | must be an object
          """)
  void problemOfAServiceNamesItsPlace(String spec, String place, String path, String reason) {
    ManifestReading.Content content =
        content(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: prod}
            spec: %s
            """
                .formatted(spec));

    assertThat(content.problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.toString())
              .startsWith("m.yaml:" + place + ": Service prod/web: " + path + ": ");
          assertThat(problem.reason()).contains(reason);
        });
    assertThat(content.services()).isEmpty();
    assertThat(content.brokenServices()).containsExactly(new ServiceKey("prod", "web"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {endpoints: []}                                               | addressType | missing
          {addressType: IPv5}                                           | addressType | must be IPv4, IPv6 or FQDN
          {addressType: IPv4, endpoints: [{}]}                          | endpoints[0].addresses | missing: an endpoint must have an address
          {addressType: IPv4, endpoints: [{addresses: []}]}             | endpoints[0].addresses | missing
          {addressType: IPv4, endpoints: [{addresses: [10.1.1]}]}       | endpoints[0].addresses[0] | "10.1.1" is not an IP address
          {addressType: IPv4, endpoints: [{addresses: [1.1.1.1, "::1"]}]} | endpoints[0].addresses[1] | not an address of the slice's addressType, IPv4
          {addressType: IPv6, endpoints: [{addresses: [10.1.1.1]}]}     | endpoints[0].addresses[0] | not an address of the slice's addressType, IPv6
          {addressType: IPv6, endpoints: [{addresses: ["::ffff:10.1.1.1"]}]} | endpoints[0].addresses[0] | not an address of the slice's addressType, IPv6
          {addressType: IPv4, endpoints: [{addresses: [10.1.1.1], hostname: a.b}]} | endpoints[0].hostname | "a.b" is not a DNS label
          {addressType: IPv4, endpoints: [{addresses: [10.1.1.1], hostname: -a}]}  | endpoints[0].hostname | is not a DNS label
          {addressType: IPv4, endpoints: [{addresses: [10.1.1.1], conditions: {ready: 1}}]} | endpoints[0].conditions.ready | must be true or false
          {addressType: IPv4, ports: [{port: 70000}]}                   | ports[0].port | 70000 is not a port number
          {addressType: IPv4, ports: [{port: 1}, {port: 2}, {name: a_, port: 3}]} | ports[2].name | "a_" is not a DNS label
          """)
  void problemOfAnEndpointSliceNamesItsPlace(String fields, String path, String reason) {
    ManifestReading.Content content =
        content(
            "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,"
                + " metadata: {name: web-1, namespace: prod}, "
                + fields.substring(1));

    assertThat(content.problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.object()).isEqualTo("EndpointSlice prod/web-1");
          assertThat(problem.path()).isEqualTo(path);
          assertThat(problem.reason()).contains(reason);
        });
    assertThat(content.slices()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          just text                                            | m.yaml:1:1: document 1: not a Kubernetes object
          [1, 2]                                               | m.yaml:1:1: document 1: not a Kubernetes object
          {a: b}                                               | m.yaml:1:1: document 1: kind: missing
          {kind: 7}                                            | m.yaml:1:8: document 1: kind: the number 7 stands
          {kind: Service, metadata: {name: a}}                 | m.yaml:1:1: Service default/a: apiVersion: missing
          {apiVersion: v1, kind: Service}                      | m.yaml:1:1: document 1: metadata.name: missing
          {apiVersion: v1, kind: Service, metadata: {name: A}} | m.yaml:1:50: document 1: metadata.name: "A" is not a DNS label
          {apiVersion: v1, kind: Service, metadata: {name: 12}}| m.yaml:1:50: document 1: metadata.name: the number 12
          {apiVersion: v1, kind: Service, metadata: {name: a, namespace: a.b}} | m.yaml:1:64: document 1: metadata.namespace: "a.b" is not a DNS label
          {kind: List, apiVersion: v1, items: [7]}             | m.yaml:1:38: items[0]: not a Kubernetes object
          {kind: List, apiVersion: v1, items: [{}]}            | m.yaml:1:38: items[0]: kind: missing
          {kind: ServiceList, apiVersion: v1, items: [{}]}     | m.yaml:1:45: items[0]: metadata.name: missing
          {items: [{}], apiVersion: v1, kind: ServiceList}     | m.yaml:1:10: items[0]: metadata.name: missing
          """)
  void problemOfSomethingWithoutANameSaysWhereItIs(String manifest, String problem) {
    assertThat(content(manifest).problems())
        .singleElement()
        .satisfies(actual -> assertThat(actual.toString()).startsWith(problem));
  }

  @Test
  void allProblemsAreToldAndTheOtherObjectsCount() {
    ManifestReading.Content content =
        content(
            """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Service
              metadata: {name: good}
            - apiVersion: v1
              kind: Service
              metadata: {name: bad}
              spec:
                clusterIP: nowhere
                ports:
                - {name: a, port: 99999}
                - {name: b, port: 80, protocol: ICMP}
            """);

    assertThat(content.services()).containsOnlyKeys(new ServiceKey("default", "good"));
    assertThat(content.problems())
        .extracting(ManifestProblem::path)
        .containsExactly("spec.clusterIP", "spec.ports[0].port", "spec.ports[1].protocol");
    assertThat(content.problems()).extracting(ManifestProblem::line).containsExactly(11, 13, 14);
  }

  @Test
  void objectThatIsThereTwiceIsToldAndTheLastOneCounts() {
    ManifestReading.Content content =
        content(
            """
            {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.43.0.1}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.43.0.2}}
            """);

    assertThat(content.problems())
        .singleElement()
        .hasToString(
            "m.yaml:3:1: Service default/web: it is in this file more than once; the last one"
                + " counts");
    assertThat(content.services().values())
        .allSatisfy(service -> assertThat(service.clusterIps()).hasToString("[10.43.0.2]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kind: [\\n                | m.yaml:2:1: not YAML: |
          kind: Service\\n\\tmetadata: | m.yaml:2:1: not YAML: |
          a: "open                  | m.yaml:1: not YAML: |
          {"kind": "Service",       | m.yaml:1: not JSON: |
          {"kind": Service}         | m.yaml:1: not JSON: |
          ``                        | m.yaml: it is empty |
          # nothing here            | m.yaml: it is empty |
          ---\\n---                 | m.yaml: it is empty |
          """)
  void fileThatCannotBeParsedHasOneProblemWithItsLine(String manifest, String problem) {
    ManifestReading reading =
        ManifestReaderTest.read(manifest.replace("\\n", "\n").replace("\\t", "\t"));

    assertThat(reading).isInstanceOf(ManifestReading.Unreadable.class);
    String told = reading.problems().getFirst().toString();
    assertThat(told.replaceFirst("^(m.yaml:1):\\d+", "$1")).startsWith(problem);
  }

  @Test
  void bytesThatAreNotUtf8AreAProblem() {
    byte[] yaml = "kind: Caf\u00e9".getBytes(StandardCharsets.ISO_8859_1);
    byte[] json = "{\"kind\": \"Caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);

    for (byte[] manifest : List.of(yaml, json)) {
      assertThat(ManifestReaderTest.read(manifest)).isInstanceOf(ManifestReading.Unreadable.class);
    }
  }

  private static ManifestReading.Content content(String manifest) {
    ManifestReading reading = ManifestReaderTest.read(manifest);
    assertThat(reading).isInstanceOf(ManifestReading.Content.class);
    return (ManifestReading.Content) reading;
  }
}
