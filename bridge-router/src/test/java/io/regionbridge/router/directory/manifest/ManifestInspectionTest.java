package io.regionbridge.router.directory.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestInspectionTest {
  private static final List<Cidr> PODS = List.of(Cidr.of("10.42.0.0/16"));
  private static final List<Cidr> CLUSTER_IPS = List.of(Cidr.of("10.43.0.0/16"));

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {apiVersion: v1, kind: service, metadata: {name: a}}        | 1:24: document 1: kind: "service" is no kind that is read
          {kind: Serv, metadata: {name: a}}                           | 1:8: document 1: kind: "Serv" is no kind that is read; did you mean Service?
          {kind: endpoint, metadata: {name: a}}                       | 1:8: document 1: kind: "endpoint" is no kind that is read; did you mean EndpointSlice?
          {apiVersion: v1, kind: Lst, items: []}                      | 1:24: document 1: kind: "Lst" is no kind that is read
          {apiVersion: v2, kind: Service, metadata: {name: a}}        | 1:14: document 1: apiVersion: "v2" is not the API version of Service, so it is not served: write v1
          {apiVersion: v1, kind: EndpointSlice, metadata: {name: a}}  | 1:14: document 1: apiVersion: "v1" is not the API version of EndpointSlice, so it is not served: write discovery.k8s.io/v1
          {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Servic}]} | 1:61: items[0]: kind: "Servic" is no kind that is read
          {apiVersion: v1, kind: Service, metadata: {name: A}}        | 1:50: document 1: metadata.name: "A" is not a DNS label
          kind: [                                                     | not YAML
          """)
  void whatIsNotServedAsItStandsIsAnError(String manifest, String told) throws Exception {
    ManifestInspection found = inspect(manifest);
    assertThat(found.errors()).singleElement().asString().contains(told);
    assertThat(found.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {kind: CustomResourceDefinition, metadata: {name: a}}                                   | 1:8: warning: document 1: apiVersion: missing, so "CustomResourceDefinition" is passed over
          {apiVersion: v1, kind: Service, metadata: {name: a}, spek: {}}                          | 1:60: warning: Service default/a: spek: no such key
          {apiVersion: v1, kind: Service, metadata: {name: a, namspace: b}}                       | metadata.namspace: no such key
          {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 1, targetport: 2}]}} | spec.ports[0].targetport: no such key
          {apiVersion: v1, kind: Service, metadata: {name: a, annotations: {region-bridge.io/exports: "x"}}} | region-bridge.io/exports: no such key
          {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: 10.42.0.1}}      | spec.clusterIP: 10.42.0.1 is outside region.serviceCIDRs
          {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIPs: [10.43.0.1, "fd00::1"]}} | spec.clusterIPs[1]: fd00::1 is outside region.serviceCIDRs
          {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType: IPv4, endpoints: []} | metadata.labels: no label kubernetes.io/service-name
          """)
  void whatIsHardlyMeantIsAWarning(String manifest, String told) throws Exception {
    ManifestInspection found = inspect(manifest);
    assertThat(found.errors()).isEmpty();
    assertThat(found.warnings())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.asWarning()).contains(told);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {apiVersion: v1, kind: Endpoints, metadata: {name: a}}
          {apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: a}}
          {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}
          {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
          {apiVersion: v1, kind: Service, metadata: {name: a, labels: {x: y}, managedFields: [{z: 1}]}, spec: {selector: {app: a}, ipFamilyPolicy: SingleStack, clusterIP: None}, status: {loadBalancer: {}}}
          """)
  void nothingIsSaidOfWhatKubernetesHas(String manifest) throws Exception {
    ManifestInspection found = inspect(manifest);
    assertThat(found.errors()).isEmpty();
    assertThat(found.warnings()).isEmpty();
  }

  @Test
  void serviceOfASliceMayBeInAnotherFileAndInOneThatCannotBeRead() throws Exception {
    Path slice =
        file(
            "slice.yaml",
            "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a-1, labels:"
                + " {kubernetes.io/service-name: a}}, addressType: IPv4, endpoints: []}");
    Path service = file("service.yaml", "{apiVersion: v1, kind: Service, metadata: {name: a}}");
    Path broken = file("broken.yaml", "kind: [");
    assertThat(inspect(List.of(slice)).warnings()).hasSize(1);
    assertThat(inspect(List.of(slice, service)).warnings()).isEmpty();
    assertThat(inspect(List.of(slice, broken)).warnings()).isEmpty();
    assertThat(inspect(List.of(slice, broken)).errors()).hasSize(1);
  }

  private ManifestInspection inspect(String manifest) throws Exception {
    return inspect(List.of(file("m.yaml", manifest)));
  }

  private static ManifestInspection inspect(List<Path> files) {
    return ManifestInspection.inspect(
        files,
        PODS,
        CLUSTER_IPS,
        (word, candidates) ->
            candidates.stream()
                .filter(candidate -> Math.abs(candidate.length() - word.length()) < 2)
                .findFirst());
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }
}
