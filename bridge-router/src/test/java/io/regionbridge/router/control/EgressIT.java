package io.regionbridge.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole control planes against a real API server with Cilium's own definition of its policies, with
 * the rights of the chart's Roles. Every test reads the objects back.
 */
@Timeout(180)
class EgressIT {
  private static final String DEFINITION =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ciliumegressgatewaypolicies.cilium.io";
  private static final String POLICIES = "/apis/cilium.io/v2/ciliumegressgatewaypolicies/";
  private static final String CONFIG = "/api/v1/namespaces/kube-system/configmaps/cilium-config";
  private static final String ON =
      "{enable-egress-gateway: 'true', enable-bpf-masquerade: 'true', kube-proxy-replacement:"
          + " 'true'}";
  private static final ResourceDefinitionContext POLICY =
      new ResourceDefinitionContext.Builder()
          .withGroup("cilium.io")
          .withVersion("v2")
          .withKind("CiliumEgressGatewayPolicy")
          .withPlural("ciliumegressgatewaypolicies")
          .withNamespaced(false)
          .build();

  private static TestCluster cluster;
  private static KubernetesClient admin;
  @TempDir private static Path directory;

  private final AtomicReference<RegionSettings.Egress> egress =
      new AtomicReference<>(RegionSettings.Egress.of(RegionSettings.Engine.AUTO));
  private final AtomicReference<List<PeerClaim>> heard = new AtomicReference<>(List.of());
  private final AtomicReference<Wire> wire = new AtomicReference<>(new Wire("wt0", "100.64.0.1"));
  private final List<ClusterControl> planes = new ArrayList<>();
  private ClusterControl plane;

  /** What of the overlay shows on a node. */
  private record Wire(String name, String own) {}

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = TestCluster.start();
    admin = cluster.admin();
    define();
    for (int i = 1; i <= 2; i++) {
      cluster
          .server()
          .apply(
              "/api/v1/nodes/router-" + i,
              """
              apiVersion: v1
              kind: Node
              metadata:
                name: router-%d
                labels: {netbird-router: 'true', kubernetes.io/hostname: host-%d}
              spec: {podCIDR: 10.42.%d.0/24, podCIDRs: [10.42.%d.0/24]}
              """
                  .formatted(i, i, i, i));
      cluster
          .server()
          .request(
              "PATCH",
              "/api/v1/nodes/router-" + i + "/status",
              "application/merge-patch+json",
              "{\"status\": {\"addresses\": [{\"type\": \"InternalIP\", \"address\": \"127.0.0.%d\"}]}}"
                  .formatted(i));
    }
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      admin.close();
      cluster.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    config(ON);
    plane = plane(1, Duration.ZERO);
    Await.that("router-1 is the active gateway", () -> plane.leadership().mine());
  }

  @AfterEach
  void stop() {
    planes.forEach(ClusterControl::close);
    admin.resources(Region.class).delete();
    admin.genericKubernetesResources(POLICY).delete();
  }

  @Test
  void aPeerGetsOnePolicyThatSendsItsPodsByTheActiveGatewaysOverlay() {
    region("mn", "{podCIDRs: [10.52.0.0/16], serviceCIDRs: [10.53.0.0/16]}");
    GenericKubernetesResource policy = awaitPolicy("mn");
    assertThat(policy.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/managed-by", "region-bridge")
        .containsEntry("region-bridge.io/region", "mn");
    assertThat(policy.<Object>get("spec"))
        .isEqualTo(
            Map.of(
                "selectors",
                List.of(Map.of("podSelector", Map.of())),
                "destinationCIDRs",
                List.of("10.52.0.0/16"),
                "egressGateways",
                List.of(),
                "egressGateway",
                Map.of(
                    "interface",
                    "wt0",
                    "nodeSelector",
                    Map.of("matchLabels", Map.of("kubernetes.io/hostname", "host-1")))));
    assertThat(policy.getMetadata().getManagedFields())
        .anyMatch(f -> f.getManager().equals("region-bridge") && f.getOperation().equals("Apply"));
    Condition ready = awaitEgress("mn", "Applied");
    assertThat(ready.status()).isEqualTo("True");
    assertThat(ready.message())
        .startsWith("10.52.0.0/16 leaves by wt0 of router-1; not probed with pods' addresses");
    Await.that("an event tells", () -> hasEvent("region-bridge-mn", "EgressWritten"));
    assertThat(admin.genericKubernetesResources(POLICY).list().getItems()).hasSize(1);
  }

  @Test
  void onlyChosenNamespacesGetIt() {
    egress.set(
        new RegionSettings.Egress(
            RegionSettings.Engine.CILIUM,
            List.of("shop", "db"),
            List.of("kube-system"),
            10,
            40,
            true));
    region("mn", "{podCIDRs: [10.52.0.0/16], serviceCIDRs: [10.53.0.0/16]}");
    String spec = spec(awaitPolicy("mn"));
    assertThat(spec)
        .contains("key=kubernetes.io/metadata.name, operator=In, values=[db, shop]")
        .contains("key=kubernetes.io/metadata.name, operator=NotIn, values=[kube-system]")
        .contains("destinationCIDRs=[10.52.0.0/16, 10.53.0.0/16]");
  }

  @Test
  void whatSomebodyEditsIsPutBackAndNothingIsWrittenWithoutNeed() {
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    String before = spec(awaitPolicy("mn"));
    for (String edit :
        List.of(
            "{\"spec\":{\"destinationCIDRs\":[\"10.52.0.0/16\",\"100.64.0.0/10\"]}}",
            "{\"spec\":{\"excludedCIDRs\":[\"10.52.3.0/24\"]}}",
            "{\"spec\":{\"egressGateway\":{\"egressIP\":\"192.0.2.7\"}}}",
            "{\"spec\":{\"egressGateways\":[{\"nodeSelector\":{},\"interface\":\"eth1\"}]}}",
            "{\"metadata\":{\"annotations\":{\"region-bridge.io/overlay-address\":\"192.0.2.7\"}}}",
            "{\"spec\":{\"selectors\":[{\"podSelector\":{\"matchLabels\":{\"a\":\"b\"}}}]}}",
            "{\"spec\":{\"egressGateway\":{\"nodeSelector\":{\"matchLabels\":{\"a\":\"b\"}}}}}")) {
      String version = version("mn");
      patch("mn", edit);
      Await.that(
          "it is written again after " + edit,
          () ->
              spec(policy("mn")).equals(before)
                  && policy("mn").getMetadata().getAnnotations().containsValue("100.64.0.1"));
      assertThat(version("mn")).isNotEqualTo(version);
    }
    Await.that("it says so", () -> hasEvent("region-bridge-mn", "EgressRewritten"));
    awaitEgress("mn", "Applied");
    String settled = version("mn");
    region("hel1", "{podCIDRs: [10.60.0.0/16]}");
    awaitPolicy("hel1");
    awaitEgress("hel1", "Applied");
    assertThat(version("mn")).as("nothing is written without need").isEqualTo(settled);
  }

  @Test
  void anotherOverlayAddressOrInterfaceHasThePolicyWrittenAgain() {
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    awaitPolicy("mn");
    awaitEgress("mn", "Applied");
    String version = version("mn");
    wire.set(new Wire("wt0", "100.64.0.77"));
    plane.lookAgain();
    Await.that("Cilium hears of the address", () -> !version("mn").equals(version));
    wire.set(new Wire("wg7", "100.64.0.77"));
    plane.lookAgain();
    Await.that("the interface follows", () -> spec(policy("mn")).contains("interface=wg7"));
    wire.set(new Wire("", "100.64.0.77"));
    plane.lookAgain();
    Await.that(
        "without an interface the address is named",
        () -> spec(policy("mn")).contains("egressIP=100.64.0.77"));
    assertThat(spec(policy("mn"))).as("Cilium ignores both").doesNotContain("interface");
  }

  @Test
  void aPolicyGoesWithItsRegionAndWithTheEngine() {
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    region("hel1", "{podCIDRs: [10.60.0.0/16]}");
    awaitPolicy("mn");
    awaitPolicy("hel1");
    admin.resources(Region.class).withName("mn").delete();
    Await.that("it is gone", () -> find("mn").isEmpty());
    assertThat(find("hel1")).isPresent();
    egress.set(RegionSettings.Egress.of(RegionSettings.Engine.NONE));
    plane.lookAgain();
    Await.that("so is the other", () -> find("hel1").isEmpty());
    awaitEgress("hel1", "Disabled");
  }

  @Test
  void whatTouchesTheOverlayOrThisRegionNeverMakesAPolicyAndTheListOfRegionsSaysWhy()
      throws IOException {
    region("loop", "{podCIDRs: [100.64.0.0/16]}");
    region("own", "{podCIDRs: [10.42.1.0/25]}");
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    region("twin", "{podCIDRs: [10.52.128.0/17, 10.54.0.0/16]}");
    region("wide", "{podCIDRs: [0.0.0.0/1]}");
    awaitEgress("loop", "OverlapsOverlay");
    awaitEgress("own", "OverlapsThisRegion");
    awaitEgress("mn", "OverlapsAnotherRegion");
    awaitEgress("wide", "NoRange");
    assertThat(condition("wide", "ClaimsAccepted").orElseThrow().message()).contains("0.0.0.0/1");
    Condition partly = awaitEgress("twin", "PartlyRefused");
    assertThat(partly.status()).isEqualTo("True");
    assertThat(spec(policy("twin"))).contains("destinationCIDRs=[10.54.0.0/16]");
    assertThat(admin.genericKubernetesResources(POLICY).list().getItems()).hasSize(1);
    assertThat(condition("mn", "CIDRConflict").orElseThrow().message()).contains("twin", "mn");
    assertThat(kubectl("get regions -o wide"))
        .containsPattern("loop .* False +OverlapsOverlay .*100\\.64\\.0\\.0/16 overlaps")
        .containsPattern("own .* False +OverlapsThisRegion ");
    Await.that("an event warns", () -> hasEvent("loop", "OverlapsOverlay"));
  }

  @Test
  void anothersPolicyForTheSameRangeIsReportedAndNotTouched() {
    foreign("by-hand", "10.52.3.0/24");
    foreign("region-bridge-hel1", "10.99.0.0/16");
    String version = named("by-hand").orElseThrow().getMetadata().getResourceVersion();
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    region("hel1", "{podCIDRs: [10.60.0.0/16]}");
    awaitPolicy("mn");
    assertThat(awaitEgress("mn", "ForeignPolicy").message()).contains("by-hand");
    assertThat(awaitEgress("hel1", "PolicyNotOurs").message()).contains("delete it");
    assertThat(named("by-hand").orElseThrow().getMetadata().getResourceVersion())
        .isEqualTo(version);
    assertThat(spec(policy("hel1"))).contains("10.99.0.0/16");
    admin.genericKubernetesResources(POLICY).withName("by-hand").delete();
    awaitEgress("mn", "Applied");
    admin.genericKubernetesResources(POLICY).withName("region-bridge-hel1").delete();
    awaitEgress("hel1", "Applied");
  }

  @Test
  void aSwitchedOffFeatureIsSaidWithWhatToSwitchOnAndItRecovers() {
    config("{enable-bpf-masquerade: 'true', kube-proxy-replacement: 'disabled'}");
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    Condition off = awaitEgress("mn", "EgressGatewayDisabled");
    assertThat(off.status()).isEqualTo("False");
    assertThat(off.message())
        .contains("egressGateway.enabled=true, kubeProxyReplacement=true")
        .doesNotContain("bpf.masquerade");
    assertThat(find("mn")).isEmpty();
    config(
        "{enable-egress-gateway: 'true', enable-bpf-masquerade: 'true', kube-proxy-replacement:"
            + " 'true', identity-allocation-mode: kvstore, enable-cilium-endpoint-slice: 'true'}");
    Await.that(
        "what does not go together with it is said",
        () ->
            awaitEgress("mn", "EgressGatewayDisabled")
                .message()
                .contains("set identityAllocationMode=crd, ciliumEndpointSlice.enabled=false in"));
    assertThat(find("mn")).isEmpty();
    // As releases before 1.18 spell it.
    config(
        "{enable-ipv4-egress-gateway: 'true', enable-bpf-masquerade: 'true',"
            + " kube-proxy-replacement: strict}");
    awaitEgress("mn", "Applied");
  }

  @Test
  void aMissingDefinitionIsSaidAndItRecovers() throws IOException {
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    awaitEgress("mn", "Applied");
    cluster.server().request("DELETE", DEFINITION, "application/json", "{}");
    Condition missing = awaitEgress("mn", "CiliumNotFound");
    assertThat(missing.status()).isEqualTo("False");
    assertThat(missing.message()).contains("egressGateway.enabled=true");
    define();
    awaitPolicy("mn");
    awaitEgress("mn", "Applied");
  }

  @Test
  void ipv6GoesWhereCiliumTakesItAndIsNamedWhereNot() throws IOException {
    region("mn", "{podCIDRs: [10.52.0.0/16, 'fd00:52::/48']}");
    assertThat(spec(awaitPolicy("mn"))).contains("destinationCIDRs=[10.52.0.0/16, fd00:52::/48]");
    awaitEgress("mn", "Applied");
    define("1.15.19");
    try {
      region("hel1", "{podCIDRs: [10.60.0.0/16, 'fd00:60::/48']}");
      assertThat(spec(awaitPolicy("hel1"))).contains("destinationCIDRs=[10.60.0.0/16]");
      assertThat(awaitEgress("hel1", "IPv4Only").message()).contains("update it");
    } finally {
      define();
    }
  }

  /** Cilium takes the longest prefix, and what is excluded goes its usual way. */
  @Test
  void aWiderPolicyOfSomebodyElseIsNoContest() {
    foreign("all", "0.0.0.0/0");
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    awaitPolicy("mn");
    awaitEgress("mn", "Applied");
    foreign("same", "10.52.0.0/16");
    assertThat(awaitEgress("mn", "ForeignPolicy").message()).contains("same").doesNotContain("all");
    admin.genericKubernetesResources(POLICY).withName("same").delete();
    awaitEgress("mn", "Applied");
  }

  @Test
  void thePoliciesMoveWithTheRoleAndDoNotComeBack() throws IOException {
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    awaitPolicy("mn");
    ClusterControl other = plane(2, Duration.ZERO);
    Await.that("the other knows who is active", () -> other.leadership().active().isPresent());
    Await.that(
        "the standby sees it too",
        () -> other.egress().region("mn").flatMap(EgressReport.Region::node).isPresent());
    plane.resign();
    Await.that(
        "the policy is moved before the process ends",
        () -> spec(policy("mn")).contains("hostname=host-2"));
    Await.that("an event tells", () -> hasEvent("region-bridge-mn", "EgressMoved"));
    awaitEgress("mn", "Applied");
    plane.close();
    String version = version("mn");
    ClusterControl back = plane(1, Duration.ZERO);
    Await.that("it is back", () -> back.leadership().active().isPresent());
    Await.that(
        "it looks on",
        () -> back.egress().region("mn").flatMap(EgressReport.Region::node).isPresent());
    assertThat(version("mn")).as("no fail-back").isEqualTo(version);
  }

  @Test
  void aStartTakesNothingAwayFromAPeerThatItHasNotHeardYet() throws IOException {
    heard.set(List.of(claim("nbg1", "10.70.0.0/16")));
    plane.lookAgain();
    awaitPolicy("nbg1");
    String version = version("nbg1");
    plane.close();
    heard.set(List.of());
    ClusterControl next = plane(1, Duration.ofMinutes(5));
    Await.that("it is active again", () -> next.leadership().mine());
    region("mn", "{podCIDRs: [10.52.0.0/16]}");
    awaitEgress("mn", "Applied");
    assertThat(version("nbg1")).isEqualTo(version);
    heard.set(List.of(claim("nbg1", "10.71.0.0/16")));
    next.lookAgain();
    Await.that("what it says then holds", () -> spec(policy("nbg1")).contains("[10.71.0.0/16]"));
  }

  private ClusterControl plane(int number, Duration memory) {
    ClusterControl started =
        new TestPlane()
            .router(number, electionPort())
            .memory(memory)
            .configured(heard::get)
            .overlay(overlay(), "100.64.0.0/10")
            .egress(egress::get)
            .start(cluster.bridge());
    planes.add(started);
    return started;
  }

  private int port;

  private int electionPort() {
    if (port == 0) {
      port = FreePorts.next();
    }
    return port;
  }

  private OverlayView overlay() {
    return new OverlayView() {
      @Override
      public Optional<String> interfaceName() {
        return Optional.of(wire.get().name()).filter(name -> !name.isEmpty());
      }

      @Override
      public Optional<InetAddress> address() {
        return Optional.of(InetAddress.ofLiteral(wire.get().own()));
      }

      @Override
      public Optional<String> publicKey() {
        return Optional.empty();
      }

      @Override
      public List<Peer> peers() {
        return List.of();
      }
    };
  }

  private static PeerClaim claim(String name, String pods) {
    return new PeerClaim(
        PeerSource.OVERLAY,
        name,
        Optional.empty(),
        List.of(Cidr.of(pods)),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        Identity.NONE);
  }

  /** Cilium's definition as of now; it adds defaults to what is written. */
  private static void define() throws IOException {
    define("1.20.2");
  }

  private static void define(String version) throws IOException {
    String file =
        "/io/regionbridge/router/egress/cilium/ciliumegressgatewaypolicies-%s.yaml"
            .formatted(version);
    try (InputStream yaml = Objects.requireNonNull(EgressIT.class.getResourceAsStream(file))) {
      String definition = new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
      // A function of rules that Kubernetes 1.31 was the first to have; Cilium 1.20 wants that.
      boolean known = cluster.server().minor() >= 31;
      cluster
          .server()
          .apply(DEFINITION, known ? definition : definition.replace("isIP(self)", "true"));
    }
    Await.that(
        "the definition is served",
        () -> {
          try {
            return admin.genericKubernetesResources(POLICY).list() != null;
          } catch (RuntimeException e) {
            return false;
          }
        });
  }

  private static void config(String data) {
    cluster
        .server()
        .apply(
            CONFIG,
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: cilium-config}, data: %s}"
                .formatted(data));
  }

  private static void region(String name, String spec) {
    cluster
        .server()
        .apply(
            "/apis/region-bridge.io/v1alpha1/regions/" + name,
            "{apiVersion: region-bridge.io/v1alpha1, kind: Region, metadata: {name: %s}, spec: %s}"
                .formatted(name, spec));
  }

  private static void foreign(String name, String destination) {
    cluster
        .server()
        .apply(
            POLICIES + name,
            """
            apiVersion: cilium.io/v2
            kind: CiliumEgressGatewayPolicy
            metadata: {name: %s}
            spec:
              selectors: [{podSelector: {}}]
              destinationCIDRs: [%s]
              egressGateway: {nodeSelector: {matchLabels: {a: b}}, interface: wt0}
            """
                .formatted(name, destination));
  }

  private static void patch(String region, String json) {
    cluster
        .server()
        .request(
            "PATCH", POLICIES + "region-bridge-" + region, "application/merge-patch+json", json);
  }

  private static GenericKubernetesResource awaitPolicy(String region) {
    Await.that("a policy for " + region, () -> find(region).isPresent());
    return policy(region);
  }

  private static GenericKubernetesResource policy(String region) {
    return find(region).orElseThrow();
  }

  private static Optional<GenericKubernetesResource> find(String region) {
    return named("region-bridge-" + region);
  }

  private static Optional<GenericKubernetesResource> named(String name) {
    return Optional.ofNullable(admin.genericKubernetesResources(POLICY).withName(name).get());
  }

  private static String spec(GenericKubernetesResource policy) {
    return Objects.requireNonNull(policy.<Object>get("spec")).toString();
  }

  private static String version(String region) {
    return policy(region).getMetadata().getResourceVersion();
  }

  private static Condition awaitEgress(String region, String reason) {
    Await.that(
        "egress of " + region + " is " + reason,
        () ->
            condition(region, EgressReport.CONDITION)
                .filter(c -> c.reason().equals(reason))
                .isPresent());
    return condition(region, EgressReport.CONDITION).orElseThrow();
  }

  private static Optional<Condition> condition(String region, String type) {
    return Optional.ofNullable(admin.resources(Region.class).withName(region).get())
        .map(Region::getStatus)
        .map(status -> Conditions.find(status.conditions(), type));
  }

  private static boolean hasEvent(String name, String reason) {
    return admin.events().v1().events().inNamespace("default").list().getItems().stream()
        .anyMatch(e -> e.getRegarding().getName().equals(name) && e.getReason().equals(reason));
  }

  private static String kubectl(String arguments) throws IOException {
    Path file = Files.writeString(directory.resolve("admin"), cluster.server().adminKubeconfig());
    try (NativeProcess process =
        NativeProcess.command(NativeTool.find("kubectl"), arguments.split(" "))
            .environment("KUBECONFIG", file.toString())
            .environment("HOME", directory.toString())
            .start()) {
      assertThat(process.awaitEnd(Duration.ofSeconds(30))).as(process.output()).isZero();
      return process.output().strip();
    }
  }
}
