package io.regionbridge.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.netbird.NetBirdReconciler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the control plane does only if it is wished, on a real API server with the chart's rules:
 * NetBird's routers on the host network, CoreDNS forwarding to a Service. Also run with the
 * definitions of another version of NetBird: {@code -Dnetbird.definition=FILE}.
 */
@Timeout(180)
class ControlPlaneOptionsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NETBIRD = "netbird";
  private static final String ROUTERS =
      "/apis/netbird.io/v1alpha1/namespaces/netbird/networkrouters";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/netbird/deployments";
  private static final String COREDNS = "/api/v1/namespaces/kube-system/configmaps/coredns";

  private static TestCluster cluster;
  private @Nullable ClusterControl plane;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = TestCluster.start();
    String given = System.getProperty("netbird.definition");
    Path definition =
        given != null
            ? Path.of(given)
            : Path.of("src/test/resources/io/regionbridge/router/netbird/networkrouters.yaml");
    cluster
        .server()
        .apply(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/networkrouters.netbird.io",
            Files.readString(definition));
    cluster.bindIn(NETBIRD, TestCluster.rules().get("netbird"));
    cluster
        .server()
        .apply(
            "/api/v1/nodes/router-1",
            "{apiVersion: v1, kind: Node, metadata: {name: router-1, labels: {netbird-router:"
                + " 'true'}}}");
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @AfterEach
  void stop() {
    if (plane != null) {
      plane.close();
    }
    delete(ROUTERS);
    delete(DEPLOYMENTS);
  }

  @Test
  void theOverrideOfANetworkRouterIsSetPutBackAndTakenAwayAgain() {
    router(
        "east",
        "logLevel: debug, workloadOverride: {labels: {a: b}, podTemplate: {spec: {dnsPolicy:"
            + " Default}}}");
    start(wantsNetBird());
    Await.that("it is set", () -> hostNetwork("east"));
    JsonNode spec = get(ROUTERS + "/east").path("spec");
    assertThat(spec.at("/logLevel").asText()).isEqualTo("debug");
    assertThat(spec.at("/workloadOverride/labels/a").asText()).isEqualTo("b");
    assertThat(spec.at("/workloadOverride/podTemplate/spec/dnsPolicy").asText())
        .isEqualTo("ClusterFirstWithHostNet");
    Await.that("the condition says so", () -> condition("True", "Kept"));
    String version = version("east");
    plane().lookAgain();

    router("west", "workloadOverride: {replicas: 1}");
    Await.that("so is one that comes later", () -> hostNetwork("west"));
    assertThat(version("east")).as("nothing is written without need").isEqualTo(version);

    merge(ROUTERS + "/east", "{\"spec\": {\"workloadOverride\": {\"podTemplate\": null}}}");
    Await.that("it is put back", () -> hostNetwork("east"));

    plane().close();
    assertThat(uninstalled(true))
        .contains("the host network of NetworkRouter netbird/east, NetworkRouter netbird/west");
    assertThat(hostNetwork("east")).as("only said").isTrue();
    uninstalled(false);
    assertThat(hostNetwork("east")).isFalse();
    assertThat(get(ROUTERS + "/east").at("/spec/logLevel").asText()).isEqualTo("debug");
    assertThat(uninstalled(false)).contains("the host network of NetBird's routers in netbird");
  }

  @Test
  void anOperatorThatDoesNotTakeTheOverrideOverIsNamed() {
    router("east", "image: some/image");
    deployment("networkrouter-east", "NetworkRouter", "east", "networkrouter", "");
    start(wantsNetBird());
    Await.that(
        "the condition says so",
        () -> condition("Unknown", "Pending") && message().contains("networkrouter-east"));
    deployment(
        "networkrouter-east",
        "NetworkRouter",
        "east",
        "networkrouter",
        "hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet,");
    Await.that("all is well when it does", () -> condition("True", "Kept"));
  }

  @Test
  void theOlderOperatorsDeploymentIsChangedItselfAndNoOther() {
    deployment("router", "NBRoutingPeer", "router", "netbird-router", "");
    deployment("operator", "Other", "x", "operator", "");
    start(wantsNetBird());
    Await.that(
        "it is set",
        () -> get(DEPLOYMENTS + "/router").at("/spec/template/spec/hostNetwork").asBoolean());
    Await.that("the condition says so", () -> condition("True", "Kept"));
    assertThat(get(DEPLOYMENTS + "/router").at("/spec/template/spec/dnsPolicy").asText())
        .isEqualTo("ClusterFirstWithHostNet");
    assertThat(get(DEPLOYMENTS + "/operator").at("/spec/template/spec/hostNetwork").asBoolean())
        .isFalse();
    plane().close();
    assertThat(uninstalled(false)).contains("the host network of Deployment netbird/router");
    JsonNode left = get(DEPLOYMENTS + "/router").at("/spec/template/spec");
    assertThat(left.path("hostNetwork").asBoolean()).isFalse();
    assertThat(left.path("dnsPolicy").asText()).isEqualTo("ClusterFirst");
    assertThat(left.at("/containers/0/name").asText()).isEqualTo("netbird");
  }

  @Test
  void whoIsUndoneTimeAndAgainWritesLessOftenAndSaysSo() {
    router("east", "image: some/image");
    start(wantsNetBird());
    Await.that("it is set", () -> hostNetwork("east"));
    for (int i = 0; i < 2; i++) {
      merge(ROUTERS + "/east", "{\"spec\": {\"workloadOverride\": null}}");
      if (i == 0) {
        Await.that("it is put back", () -> hostNetwork("east"));
      }
    }
    Await.that("the condition says so", () -> condition("False", "Contested"));
    assertThat(hostNetwork("east")).isFalse();
  }

  @Test
  void whatIsNotThereAndWhatIsForbiddenIsSaid() {
    start(wantsNetBird());
    Await.that("there is none", () -> condition("False", "RouterNotFound"));
    ArrayNode poor = (ArrayNode) TestCluster.rules().get("netbird").deepCopy();
    poor.forEach(
        rule -> ((ArrayNode) rule.get("verbs")).removeIf(verb -> verb.asText().equals("patch")));
    poor.remove(2); // a rule without a verb is none
    cluster.bindIn(NETBIRD, poor);
    try {
      router("east", "image: some/image");
      Await.that("a missing verb is named", () -> condition("False", "Forbidden"));
      assertThat(message())
          .contains("cannot write NetworkRouter netbird/east", "cannot patch resource");
    } finally {
      cluster.bindIn(NETBIRD, TestCluster.rules().get("netbird"));
    }
    Await.that("it is set as soon as it may be", () -> hostNetwork("east"));
  }

  @Test
  void coreDnsForwardsToTheServiceInFrontOfTheBridges() throws IOException {
    cluster
        .server()
        .apply(
            COREDNS,
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: coredns}, data: {Corefile: %s}}"
                .formatted(JSON.writeValueAsString(".:53 {\n}\n")));
    start(
        new ControlSettings.Options(
            Optional.of(new ServiceKey(TestCluster.NAMESPACE, "region-bridge")), Optional.empty()));
    Await.that(
        "without it, that is said and CoreDNS left alone",
        () ->
            TestPlane.finding(plane(), "CoreDNSConfigured")
                .filter(c -> c.reason().equals("NoUpstream"))
                .isPresent());
    assertThat(corefile()).isEqualTo(".:53 {\n}\n");
    cluster
        .server()
        .apply(
            "/api/v1/namespaces/region-bridge/services/region-bridge",
            "{apiVersion: v1, kind: Service, metadata: {name: region-bridge}, spec: {clusterIP:"
                + " 10.43.0.53, ports: [{name: dns-tcp, port: 5353, protocol: TCP}, {name: dns,"
                + " port: 5353, protocol: UDP}]}}");
    Await.that("it is forwarded to", () -> corefile().contains("forward . 10.43.0.53:5353 {"));
  }

  private static ControlSettings.Options wantsNetBird() {
    return new ControlSettings.Options(Optional.empty(), Optional.of(NETBIRD));
  }

  private void start(ControlSettings.Options options) {
    plane = new TestPlane().options(options).start(cluster.bridge());
  }

  private static List<String> uninstalled(boolean dryRun) {
    try (var admin = cluster.admin()) {
      return Uninstall.run(admin, TestCluster.NAMESPACE, NETBIRD, false, dryRun).stream()
          .peek(step -> assertThat(step.outcome()).isNotEqualTo(Uninstall.Outcome.FAILED))
          .map(Uninstall.Step::what)
          .toList();
    }
  }

  private ClusterControl plane() {
    return Objects.requireNonNull(plane);
  }

  private Optional<Finding> condition() {
    return TestPlane.finding(plane(), NetBirdReconciler.CONDITION);
  }

  private boolean condition(String status, String reason) {
    return condition()
        .filter(c -> c.state().text().equals(status) && c.reason().equals(reason))
        .isPresent();
  }

  private String message() {
    return condition().map(Finding::message).orElse("");
  }

  private static boolean hostNetwork(String router) {
    return get(ROUTERS + "/" + router)
        .at("/spec/workloadOverride/podTemplate/spec/hostNetwork")
        .asBoolean();
  }

  private static String version(String router) {
    return get(ROUTERS + "/" + router).at("/metadata/resourceVersion").asText();
  }

  private static String corefile() {
    return Objects.requireNonNull(get(COREDNS).at("/data/Corefile").asText());
  }

  private static void router(String name, String spec) {
    cluster
        .server()
        .apply(
            ROUTERS + "/" + name,
            "{apiVersion: netbird.io/v1alpha1, kind: NetworkRouter, metadata: {name: %s}, spec: {dnsZoneRef: {name: a.example}, %s}}"
                .formatted(name, spec));
  }

  private static void deployment(
      String name, String ownerKind, String owner, String label, String pod) {
    cluster
        .server()
        .apply(
            DEPLOYMENTS + "/" + name,
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: %1$s
              ownerReferences: [{apiVersion: netbird.io/v1, kind: %2$s, name: %3$s, uid: 0-1}]
            spec:
              selector: {matchLabels: {app.kubernetes.io/name: %4$s}}
              template:
                metadata: {labels: {app.kubernetes.io/name: %4$s}}
                spec: {%5$s containers: [{name: netbird, image: some/image}]}
            """
                .formatted(name, ownerKind, owner, label, pod));
  }

  private static void merge(String path, String patch) {
    cluster.server().request("PATCH", path, "application/merge-patch+json", patch);
  }

  private static void delete(String path) {
    cluster.server().request("DELETE", path, "application/json", "");
  }

  private static JsonNode get(String path) {
    try {
      return JSON.readTree(cluster.server().request("GET", path, "application/json", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
