package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.regionbridge.testkit.KubeApiServer;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart on a real API server, which judges what Helm renders. */
class ChartOnClusterIT {
  private static final String CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

  @TempDir private static Path directory;
  private static KubeApiServer server;
  private static Path kubeconfig;

  @BeforeAll
  static void start() throws IOException {
    server = KubeApiServer.start();
    kubeconfig = directory.resolve("kubeconfig");
    Files.writeString(kubeconfig, server.adminKubeconfig());
    server.apply(
        "/api/v1/namespaces/region-bridge",
        "{apiVersion: v1, kind: Namespace, metadata: {name: region-bridge}}");
    for (String kind : List.of("PodMonitor", "ServiceMonitor", "PrometheusRule")) {
      monitoring(kind);
    }
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  static Stream<String> presets() {
    return Chart.presets();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void theApiServerTakesEveryObjectOfAPreset(String preset) throws IOException {
    accepted(Helm.template(Helm.preset(preset)).succeeded());
  }

  @Test
  void theApiServerTakesEverything() throws IOException {
    restoreDefinitions(); // for the Regions among the objects
    accepted(Helm.template(Helm.everything()).succeeded());
  }

  /** From nothing, with Regions in the same release; then an upgrade, and one that must wait. */
  @Test
  void installsAndUpgradesAndLooksAfterItsDefinitions() throws IOException {
    String[] values = Helm.everything();
    Helm.Run nowhere =
        helm(List.of("install", "--create-namespace"), "--set=image.repository=region-bridge");
    assertThat(nowhere.exitCode()).isNotZero();
    assertThat(nowhere.output()).contains("set image.repository", "image.pullPolicy=Never");
    String notes = helm(List.of("install", "--create-namespace"), values).succeeded();
    assertThat(notes).contains("for region mn (mn.internal)", "This release declares fsn1");
    helm(List.of("upgrade"), values).succeeded();

    Path file = Chart.DIRECTORY.resolve("crds/regions.region-bridge.io.yaml");
    ObjectNode older = (ObjectNode) Chart.parse(Files.readString(file));
    JsonNode spec = older.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties");
    ((ObjectNode) spec).remove("contain");
    ((ObjectNode) spec.at("/wireguard/properties/publicKey")).remove("pattern");
    apply(older);
    Helm.Run refused = helm(List.of("upgrade"), values);
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.output())
        .contains("lack Region.spec.contain")
        .contains("Region.spec.wireguard.publicKey (pattern)")
        .contains("helm show crds CHART | kubectl apply --server-side");

    restoreDefinitions();
    helm(List.of("upgrade"), values).succeeded();
    // No Pod ever runs here, so the hook that waits for its Job is not for this test.
    helm(List.of("uninstall", "--no-hooks")).succeeded();
    assertThat(kubectl("get", "regions,daemonsets,clusterroles", "-A", "-l", "helm.sh/chart"))
        .contains("No resources found");
  }

  /** Of the Prometheus operator no more than that the API server knows the kinds. */
  private static void monitoring(String kind) {
    String singular = kind.toLowerCase(Locale.ROOT);
    server.apply(
        CRDS + singular + "s.monitoring.coreos.com",
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: %1$ss.monitoring.coreos.com }
        spec:
          group: monitoring.coreos.com
          names: { kind: %2$s, plural: %1$ss, singular: %1$s }
          scope: Namespaced
          versions:
            - name: v1
              served: true
              storage: true
              schema:
                openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true }
        """
            .formatted(singular, kind));
  }

  private static void restoreDefinitions() throws IOException {
    // As the documents and the error of a refused upgrade say.
    Path file = directory.resolve("definitions.yaml");
    Files.writeString(
        file, Helm.run(List.of("show", "crds", Chart.DIRECTORY.toString())).succeeded());
    assertThat(kubectl("apply", "--server-side", "--force-conflicts", "-f", file.toString()))
        .contains("regions.region-bridge.io serverside-applied")
        .contains("routernodes.region-bridge.io serverside-applied");
  }

  private static void apply(JsonNode definition) throws IOException {
    Path file = directory.resolve("definition.yaml");
    Files.writeString(file, Chart.toYaml(definition));
    kubectl("replace", "--save-config=false", "-f", file.toString());
    kubectl("apply", "--server-side", "--force-conflicts", "-f", file.toString());
    kubectl("wait", "--for=condition=Established", "--timeout=30s", "-f", file.toString());
  }

  private static void accepted(String manifests) throws IOException {
    Path file = directory.resolve("objects.yaml");
    Files.writeString(file, manifests);
    String output = kubectl("apply", "--server-side", "--dry-run=server", "-f", file.toString());
    assertThat(output).doesNotContain("Error", "error", "Warning", "unknown field");
    long applied = output.lines().filter(line -> line.contains("(server dry run)")).count();
    assertThat(applied).as(output).isEqualTo(Chart.parseAll(manifests).size());
  }

  private static String kubectl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--kubeconfig=" + kubeconfig));
    all.addAll(List.of(arguments));
    return Helm.run(NativeTool.find("kubectl"), all).output();
  }

  private static Helm.Run helm(List<String> command, String... values) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of("region-bridge", "--namespace=region-bridge", "--kubeconfig=" + kubeconfig));
    if (values.length > 0) {
      all.addAll(List.of(Chart.DIRECTORY.toString(), "--set=region.name=mn"));
      all.addAll(List.of(values));
    }
    return Helm.run(all);
  }
}
