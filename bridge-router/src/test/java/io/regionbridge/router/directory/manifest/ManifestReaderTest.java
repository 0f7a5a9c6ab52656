package io.regionbridge.router.directory.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.testkit.ManifestGenerator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
  private static final String YAML_DOCUMENTS =
      """
      # a comment first
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: nats, namespace: messaging}
      spec:
        clusterIP: 10.43.0.7
        ports:
        - {name: client, port: 4222}
        - {name: gossip, port: 7946, protocol: UDP, targetPort: gossip}
      ---
      # nothing but a comment
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: nats, namespace: messaging}
      spec: {ports: {never: [read]}}
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: nats-x7k2p
        namespace: messaging
        labels: {kubernetes.io/service-name: nats}
      addressType: IPv4
      ports: [{name: client, port: 4222, protocol: TCP}]
      endpoints:
      - addresses: [10.42.1.9]
        hostname: nats-0
        conditions: {ready: false, serving: true, terminating: true}
      """;

  private static final String YAML_LIST_SORTED =
      """
      apiVersion: v1
      items:
      - apiVersion: v1
        kind: Service
        metadata: {name: nats, namespace: messaging}
        spec:
          clusterIP: 10.43.0.7
          clusterIPs: [10.43.0.7]
          ports:
          - {name: client, port: 4222, protocol: TCP, targetPort: 4222}
          - {name: gossip, port: 7946, protocol: UDP, targetPort: gossip}
          type: ClusterIP
      - {apiVersion: apps/v1, kind: Deployment, metadata: {name: nats}}
      - addressType: IPv4
        apiVersion: discovery.k8s.io/v1
        endpoints:
        - addresses: [10.42.1.9]
          conditions: {ready: false, serving: true, terminating: true}
          hostname: nats-0
        kind: EndpointSlice
        metadata:
          labels: {kubernetes.io/service-name: nats}
          name: nats-x7k2p
          namespace: messaging
        ports: [{name: client, port: 4222, protocol: TCP}]
      kind: List
      """;

  private static final String JSON_LISTS_RAW =
      """
      {"kind": "ServiceList", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": [
        {"metadata": {"name": "nats", "namespace": "messaging"},
         "spec": {"clusterIP": "10.43.0.7", "ports": [
           {"name": "client", "port": 4222, "protocol": "TCP"},
           {"name": "gossip", "port": 7946, "protocol": "UDP", "targetPort": "gossip"}]}}]}
      {"apiVersion": "discovery.k8s.io/v1", "items": [
        {"metadata": {"name": "nats-x7k2p", "namespace": "messaging",
          "labels": {"kubernetes.io/service-name": "nats"}},
         "addressType": "IPv4", "ports": [{"name": "client", "port": 4222}],
         "endpoints": [{"addresses": ["10.42.1.9"], "hostname": "nats-0",
           "conditions": {"ready": false, "serving": true, "terminating": true}}]}],
       "kind": "EndpointSliceList"}
      """;

  @ParameterizedTest
  @ValueSource(strings = {YAML_DOCUMENTS, YAML_LIST_SORTED, JSON_LISTS_RAW})
  void everyFormOfManifestGivesTheSameFacts(String manifest) {
    ManifestReading.Content content = sound(manifest);

    ServiceKey nats = new ServiceKey("messaging", "nats");
    EndpointSliceKey slice = new EndpointSliceKey("messaging", "nats-x7k2p");
    assertThat(content.services())
        .containsExactly(
            Map.entry(
                nats,
                new ServiceFacts(
                    nats,
                    ServiceType.CLUSTER_IP,
                    List.of(IpAddress.of("10.43.0.7")),
                    List.of(
                        new ServiceFacts.Port("client", Protocol.TCP, 4222),
                        new ServiceFacts.Port(
                            "gossip",
                            Protocol.UDP,
                            7946,
                            new ServiceFacts.Port.Target.Named("gossip"))),
                    false,
                    null,
                    ExportAnnotation.NONE,
                    ServiceTraits.NONE)));
    assertThat(content.slices())
        .containsExactly(
            Map.entry(
                slice,
                new EndpointSliceFacts(
                    slice,
                    "nats",
                    List.of(
                        new Endpoint(
                            IpAddress.of("10.42.1.9"),
                            "nats-0",
                            EndpointState.DRAINING,
                            List.of(new Endpoint.Port("client", Protocol.TCP, 4222)))))));
  }

  @Test
  void whatIsNotGivenHasKubernetesDefaults() {
    ServiceFacts facts = service("spec: {ports: [{port: 80}]}");

    assertThat(facts.key()).hasToString("default/web");
    assertThat(facts.type()).isEqualTo(ServiceType.CLUSTER_IP);
    assertThat(facts.clusterIps()).isEmpty();
    assertThat(facts.ports()).containsExactly(new ServiceFacts.Port("", Protocol.TCP, 80));
    assertThat(facts.publishNotReadyAddresses()).isFalse();
  }

  @Test
  void dualStackServiceHasBothItsAddresses() {
    assertThat(
            service("spec: {clusterIP: 10.43.0.1, clusterIPs: [10.43.0.1, 'fd00::1']}")
                .clusterIps())
        .containsExactly(IpAddress.of("10.43.0.1"), IpAddress.of("fd00::1"));
  }

  @Test
  void headlessServiceHasNoAddress() {
    ServiceFacts facts =
        service("spec: {clusterIP: None, clusterIPs: [None], publishNotReadyAddresses: true}");

    assertThat(facts.type()).isEqualTo(ServiceType.HEADLESS);
    assertThat(facts.clusterIps()).isEmpty();
    assertThat(facts.publishNotReadyAddresses()).isTrue();
  }

  @Test
  void externalNameMayEndWithADot() {
    ServiceFacts facts = service("spec: {type: ExternalName, externalName: db.example.com.}");

    assertThat(facts.type()).isEqualTo(ServiceType.EXTERNAL_NAME);
    assertThat(facts.externalName()).isEqualTo("db.example.com.");
  }

  @Test
  void exportAnnotationIsRead() {
    ManifestReading.Content content =
        sound(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, annotations: {region-bridge.io/export: "true", other: 1}}
            """);

    assertThat(content.services().values())
        .extracting(ServiceFacts::exportAnnotation)
        .containsExactly(ExportAnnotation.TRUE);
  }

  @Test
  void traitsAndProtocolsOfApplicationsAreRead() {
    ManifestReading.Content content =
        sound(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, annotations: {region-bridge.io/spread: "true"}}
            spec:
              ipFamilies: [IPv6]
              sessionAffinity: ClientIP
              sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}
              internalTrafficPolicy: Local
              trafficDistribution: PreferClose
              ports: [{port: 80, appProtocol: http}]
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
            addressType: IPv4
            endpoints: [{addresses: [10.42.1.9], zone: b}]
            """);

    ServiceFacts facts = content.services().values().iterator().next();
    assertThat(facts.traits())
        .isEqualTo(new ServiceTraits(List.of(IpFamily.IPV6), 60, "Local", "PreferClose", true));
    assertThat(facts.ports()).singleElement().extracting("appProtocol").isEqualTo("http");
    assertThat(content.slices().values().iterator().next().endpoints())
        .singleElement()
        .extracting(Endpoint::zone)
        .isEqualTo("b");
  }

  @Test
  void sliceOfNamesHasNoEndpoints() {
    assertThat(slice("addressType: FQDN, endpoints: [{addresses: [example.com]}]").endpoints())
        .isEmpty();
  }

  /** The API server's own rule for names of objects knows no longest label. */
  @Test
  void anObjectThatIsNoNameOfDnsMayHaveLongLabels() {
    String name = "a".repeat(64) + "." + "b".repeat(188);
    assertThat(
            sound(
                    """
                    apiVersion: discovery.k8s.io/v1
                    kind: EndpointSlice
                    addressType: IPv4
                    metadata: {name: %s, labels: {kubernetes.io/service-name: web}}
                    endpoints: []
                    """
                        .formatted(name))
                .slices())
        .containsOnlyKeys(new EndpointSliceKey("default", name));
  }

  @Test
  void sliceWithoutLabelBelongsToNoService() {
    ManifestReading.Content content =
        sound(
            """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: stray}
            addressType: IPv4
            endpoints: []
            """);

    assertThat(content.slices().values()).extracting(EndpointSliceFacts::service).containsNull();
  }

  @Test
  void everyAddressOfAnEndpointCountsAndPortsWithoutNumberDoNot() {
    EndpointSliceFacts slice =
        slice(
            "addressType: IPv6, ports: [{name: any}, {port: 80}],"
                + " endpoints: [{addresses: ['fd00::1', 'fd00::2'], hostname: null}]");

    assertThat(slice.endpoints())
        .extracting(e -> e.address() + " " + e.hostname() + " " + e.state() + " " + e.ports())
        .containsExactly(
            "fd00::1 null READY [Port[name=, protocol=TCP, port=80]]",
            "fd00::2 null READY [Port[name=, protocol=TCP, port=80]]");
  }

  @Test
  void servicesOfOtherApisAreOtherKinds() {
    ManifestReading.Content content =
        sound("{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: Nonsense!}}");

    assertThat(content.services()).isEmpty();
  }

  @Test
  void emptyListIsAnEmptyDirectory() {
    assertThat(sound("{apiVersion: v1, kind: List, items: []}").services()).isEmpty();
    assertThat(sound("{apiVersion: v1, kind: ServiceList, items: null}").services()).isEmpty();
  }

  @Test
  void byteOrderMarkIsPassedOver() {
    assertThat(sound("\ufeff" + YAML_DOCUMENTS).services()).hasSize(1);
  }

  @Test
  void anchorsInPartsThatAreNotReadDoNoHarm() {
    ManifestReading.Content content =
        sound(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, labels: &labels {app: web}}
            spec: {selector: *labels, ports: []}
            """);

    assertThat(content.services()).hasSize(1);
  }

  @Test
  void aliasesAreNotFollowedSoTheyCannotExplode() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 60; i++) {
      bomb.append("a%1$d: &a%1$d [*a%2$d, *a%2$d, *a%2$d, *a%2$d]%n".formatted(i, i - 1));
    }

    assertThat(sound(YAML_DOCUMENTS + "---\napiVersion: v1\nkind: Bomb\n" + bomb).services())
        .hasSize(1);
  }

  @Test
  void problemsAreToldUpToANumberAndCountedBeyond() {
    String bad = "---\n{apiVersion: v1, kind: Service, metadata: {name: '!'}}\n";

    ManifestReading.Content content =
        (ManifestReading.Content) read(bad.repeat(ManifestReading.MOST_PROBLEMS + 3));

    assertThat(content.problems()).hasSize(ManifestReading.MOST_PROBLEMS + 1);
    assertThat(content.problems().getLast()).hasToString("m.yaml: and 3 more problems");
  }

  @Test
  void missingFileIsAProblemThatSaysWhatWillHappen(@TempDir Path directory) {
    Path file = directory.resolve("services.yaml");

    assertThat(ManifestReader.read(file).problems())
        .singleElement()
        .hasToString(file + ": no such file; it is read when it appears");
  }

  @Test
  void directoryInPlaceOfAFileIsAProblem(@TempDir Path directory) {
    assertThat(ManifestReader.read(directory)).isInstanceOf(ManifestReading.Unreadable.class);
  }

  @Test
  void generatedManifestsAreSoundAndAlikeInBothFormats(@TempDir Path directory) throws IOException {
    Path yaml = directory.resolve("m.yaml");
    Path json = directory.resolve("m.json");
    ManifestGenerator.write(yaml, 100, 3);
    ManifestGenerator.write(json, 100, 3);

    ManifestReading.Content fromYaml = (ManifestReading.Content) ManifestReader.read(yaml);
    ManifestReading.Content fromJson = (ManifestReading.Content) ManifestReader.read(json);

    assertThat(Files.size(yaml)).isGreaterThan(100_000);
    assertThat(fromYaml.problems()).isEmpty();
    assertThat(fromYaml.services()).hasSize(100).isEqualTo(fromJson.services());
    assertThat(fromYaml.slices()).hasSize(100).isEqualTo(fromJson.slices());
  }

  private static ServiceFacts service(String spec) {
    ManifestReading.Content content =
        sound("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n" + spec + "\n");
    return content.services().values().iterator().next();
  }

  private static EndpointSliceFacts slice(String fields) {
    ManifestReading.Content content =
        sound(
            "{kind: EndpointSlice, apiVersion: discovery.k8s.io/v1, metadata: {name: web-1,"
                + " labels: {kubernetes.io/service-name: web}}, "
                + fields
                + "}");
    return content.slices().values().iterator().next();
  }

  private static ManifestReading.Content sound(String manifest) {
    ManifestReading reading = read(manifest);
    assertThat(reading.problems()).isEmpty();
    return (ManifestReading.Content) reading;
  }

  static ManifestReading read(String manifest) {
    return read("m.yaml", manifest);
  }

  static ManifestReading read(String file, String manifest) {
    return read(file, manifest.getBytes(StandardCharsets.UTF_8));
  }

  static ManifestReading read(byte[] manifest) {
    return read("m.yaml", manifest);
  }

  private static ManifestReading read(String file, byte[] manifest) {
    try {
      return ManifestReader.read(file, new ByteArrayInputStream(manifest));
    } catch (IOException e) {
      throw new AssertionError("an array cannot fail to be read", e);
    }
  }
}
