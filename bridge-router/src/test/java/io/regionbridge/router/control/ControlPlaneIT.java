package io.regionbridge.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.regionbridge.router.coredns.CoreDnsPlan;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Conditions;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.RegionStatus;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.peers.FakeOverlay;
import io.regionbridge.router.peers.OverlayView;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Topology;
import io.regionbridge.testkit.FreePorts;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole control plane against a real API server, with the rights of the chart's Roles. */
@Timeout(240)
class ControlPlaneIT {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress PEER = InetAddress.ofLiteral("127.0.0.2");
  private static final String CUSTOM = "/api/v1/namespaces/kube-system/configmaps/coredns-custom";
  private static final String REGIONS = "/apis/region-bridge.io/v1alpha1/regions/";

  private static TestCluster cluster;
  private static KubernetesClient admin;
  @TempDir private static Path directory;

  private final AtomicReference<OverlayView> overlay = new AtomicReference<>(TestPlane.NO_OVERLAY);
  private final AtomicReference<Optional<Topology>> published =
      new AtomicReference<>(Optional.empty());
  private ScriptedDns dns;
  private HttpServer http;
  private ClusterControl plane;
  private int coreDnsPort;

  @BeforeAll
  static void startCluster() {
    cluster = TestCluster.start();
    admin = cluster.admin();
    cluster
        .server()
        .apply(
            "/api/v1/nodes/router-1",
            """
            apiVersion: v1
            kind: Node
            metadata:
              name: router-1
              labels: {netbird-router: 'true', kubernetes.io/hostname: router-1}
            spec: {podCIDR: 10.42.0.0/24, podCIDRs: [10.42.0.0/24]}
            """);
    cluster
        .server()
        .request(
            "PATCH",
            "/api/v1/nodes/router-1/status",
            "application/merge-patch+json",
            "{\"status\": {\"addresses\": [{\"type\": \"InternalIP\", \"address\":"
                + " \"127.0.0.1\"}]}}");
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
    dns = new ScriptedDns("10.52.0.1");
    coreDnsPort = FreePorts.next();
    corefile(".:%d {\n    errors\n    reload 2s\n    forward . 127.0.0.1:1\n}\n");
    http = HttpServer.create(new InetSocketAddress(PEER, 0), 0);
    http.createContext(
        "/api/v1/region",
        exchange -> {
          byte[] body =
              ("{\"name\":\"hel1\",\"domain\":\"hel1.example\",\"podCIDRs\":[\"10.60.0.0/16\","
                      + "\"10.99.0.0/16\"],\"serviceCIDRs\":[]}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
    startPlane();
    Await.that("this node is the active gateway", () -> plane.leadership().mine());
  }

  private void startPlane() {
    plane =
        new TestPlane()
            .ports(dns.port(), http.getAddress().getPort())
            .memory(Duration.ZERO)
            .overlay(new Overlay())
            .onTopology(next -> published.set(Optional.of(next)))
            .start(cluster.bridge());
  }

  @AfterEach
  void stop() {
    plane.close();
    http.stop(0);
    dns.close();
    admin.resources(Region.class).delete();
    admin.configMaps().inNamespace("kube-system").delete();
  }

  @Test
  void theLocalRegionIsFoundWithNothingButItsName() {
    Await.that("a topology", () -> published.get().isPresent());
    Topology topology = published.get().orElseThrow();
    assertThat(topology.local().podCidrs().cidrs()).containsExactly(Cidr.of("10.42.0.0/24"));
    // Before the ServiceCIDR API, it is what the ClusterIPs in use have in common: there is one.
    assertThat(topology.local().serviceCidrs().cidrs())
        .containsExactly(Cidr.of(cluster.server().minor() >= 33 ? "10.43.0.0/16" : "10.43.0.1/32"));
    assertThat(topology.local().gateways()).hasSize(1);
    Await.that("the RouterNode says its role", () -> "Active".equals(role()));
    RouterNode node = admin.resources(RouterNode.class).withName("router-1").get();
    assertThat(node.getSpec().podCidrs()).containsExactly("10.42.0.0/24");
    assertThat(node.getMetadata().getOwnerReferences()).hasSize(1);
    assertThat(node.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/managed-by", "region-bridge");
    Await.that(
        "it says that all is well",
        () ->
            TestPlane.finding(plane, "APIServerCurrent")
                .filter(found -> found.state() == State.TRUE)
                .isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"coredns", "coredns-old"})
  void aRealCoreDnsForwardsThroughTheBlockThatWasWritten(String program) throws IOException {
    Path dig = NativeTool.find("dig");
    Path coredns = NativeTool.find(program);
    region("mn", "{podCIDRs: [10.52.0.0/16], gateways: [192.0.2.9]}");
    Await.that(
        "the peer's block is written",
        () -> corefile().contains("mn.internal:") && corefile().contains(":" + dns.port()));
    Path file = Files.writeString(directory.resolve("Corefile"), corefile());
    try (NativeProcess server = NativeProcess.start(coredns, "-conf", file.toString())) {
      server.awaitPort(new InetSocketAddress(LOOPBACK, coreDnsPort), Duration.ofSeconds(20));
      for (String name : List.of("web.default.svc.mn.internal", "web.default.svc.fsn1.internal")) {
        assertThat(dig(dig, name, "A")).isEqualTo("10.52.0.1");
      }
      assertThat(dig(dig, "1.0.52.10.in-addr.arpa", "A")).isEqualTo("10.52.0.1");
    }
  }

  @Test
  void anEditOfOurBlockIsPutBackAndTheRestIsLeftAlone() {
    Await.that("the block is written", () -> corefile().contains("fsn1.internal:"));
    edit(corefile().replace("fsn1.internal", "gone.internal") + "other.example:53 {\n}\n");
    Await.that("the block is put back", () -> corefile().contains("fsn1.internal:"));
    assertThat(corefile()).contains("other.example:53 {\n}\n").doesNotContain("gone.internal");
    String version = version();
    region("mn", "{gateways: [192.0.2.9]}");
    Await.that("another region changes it", () -> !version.equals(version()));
    String after = version();
    plane.lookAgain();
    Await.that("the Region has a status", () -> status("mn").isPresent());
    assertThat(version()).as("nothing is written without need").isEqualTo(after);
  }

  @Test
  void aRealCoreDnsStartsThoughSomebodyElsesBlockHasADomainOfOurs() throws IOException {
    Path coredns = NativeTool.find("coredns");
    Await.that("the block is written", () -> corefile().contains("fsn1.internal:"));
    String before = corefile();
    edit(before + "MN.internal.:%d {\n}\n".formatted(coreDnsPort));
    region("mn", "{podCIDRs: [10.52.0.0/16], gateways: [192.0.2.9]}");
    Await.that(
        "it says where the domain is",
        () ->
            TestPlane.finding(plane, "CoreDNSConfigured")
                .filter(condition -> condition.message().contains("mn.internal in the Corefile"))
                .isPresent());
    assertThat(corefile()).contains("10.52.0.0/16:").doesNotContain("mn.internal:");
    Path file = Files.writeString(directory.resolve("Shared"), corefile());
    try (NativeProcess server = NativeProcess.start(coredns, "-conf", file.toString())) {
      server.awaitPort(new InetSocketAddress(LOOPBACK, coreDnsPort), Duration.ofSeconds(20));
    }
    edit(corefile().replace("MN.internal.:%d {\n}\n".formatted(coreDnsPort), ""));
    Await.that("it is ours when it has gone", () -> corefile().contains("mn.internal:"));
  }

  /** Whatever version it has by now: the bridge may be writing, too. */
  private static void edit(String corefile) {
    admin
        .configMaps()
        .inNamespace("kube-system")
        .withName("coredns")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            new ConfigMapBuilder().addToData("Corefile", corefile).build());
  }

  @Test
  void k3sGetsAKeyOfItsCustomMapAndKeepsAllOthers() {
    cluster
        .server()
        .apply(
            CUSTOM,
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: coredns-custom},"
                + " data: {mine.server: 'a.example { }'}}");
    corefile(".:%d {\n}\nimport /etc/coredns/custom/*.server\n");
    Await.that("our key is there", () -> custom(CoreDnsPlan.KEY).contains("fsn1.internal:"));
    assertThat(custom("mine.server")).isEqualTo("a.example { }");
    cluster
        .server()
        .request(
            "PATCH",
            CUSTOM,
            "application/merge-patch+json",
            "{\"data\": {\"%s\": null}}".formatted(CoreDnsPlan.KEY));
    Await.that("it is put back", () -> custom(CoreDnsPlan.KEY).contains("fsn1.internal:"));
    assertThat(custom("mine.server")).isEqualTo("a.example { }");
  }

  @Test
  void aRegionObjectGetsAStatusThatSaysWhatIsWrongWithIt() {
    region("mn", "{podCIDRs: [10.42.0.0/16, 10.52.0.1/16], gateways: [192.0.2.9]}");
    Await.that("it has a status", () -> status("mn").isPresent());
    List<Condition> conditions = conditions("mn");
    assertThat(message(conditions, "CIDRConflict"))
        .startsWith("10.42.0.0/16 of region mn overlaps 10.42.0.0/24 of this region; to mend it, ");
    assertThat(message(conditions, "Ready")).contains("spec.podCIDRs", "10.52.0.0/16");
    assertThat(status("mn").orElseThrow().gatewaysUp()).isEqualTo("0/1");
    assertThat(kubectl("get regions"))
        .containsPattern("NAME +DOMAIN +GATEWAYS +READY +TUNNEL +DNS +EGRESS +EGRESS REASON +AGE")
        .containsPattern("mn +mn.internal +0/1 +False");
  }

  @Test
  void aRegionObjectThatMakesSenseNoMoreIsNamedAndKeepsItsLastGoodState() {
    region("mn", "{podCIDRs: [10.52.0.0/16], gateways: [192.0.2.9]}");
    Await.that("the peer is known", () -> peer("mn").isPresent());
    region("mn", "{podCIDRs: [10.52.0.0/99], gateways: [192.0.2.10]}");
    Await.that(
        "the object is called malformed",
        () -> status("mn").isPresent() && message(conditions("mn"), "Ready").contains("/99"));
    assertThat(peer("mn").orElseThrow().podCidrs()).containsExactly(Cidr.of("10.52.0.0/16"));
    Await.that(
        "so does the bridge",
        () ->
            plane.findings().stream()
                .anyMatch(condition ->
                    condition.type().equals("RegionsAccepted")
                        && condition
                            .message()
                            .startsWith("Region mn: spec.podCIDRs[0]: 10.52.0.0/99:")));
    region("mn", "{podCIDRs: [10.53.0.0/16], gateways: [192.0.2.9]}");
    Await.that(
        "it is followed again",
        () -> peer("mn").orElseThrow().podCidrs().equals(List.of(Cidr.of("10.53.0.0/16"))));
  }

  @Test
  void aPeerOnTheOverlayIsFoundWithNoObjectAndBelievedForWhatItOwns() {
    overlay.set(
        FakeOverlay.of(new OverlayView.Peer("peer", PEER, List.of(Cidr.of("10.60.0.0/15")), true)));
    Await.that("the peer is known", () -> peer("hel1").isPresent());
    PeerRegion peer = peer("hel1").orElseThrow();
    assertThat(peer.domain()).isEqualTo("hel1.internal");
    assertThat(peer.podCidrs())
        .as("what the device does not route to it is not believed")
        .containsExactly(Cidr.of("10.60.0.0/16"));
    assertThat(peer.gateways())
        .extracting(PeerRegion.Gateway::address)
        .containsExactly(new InetSocketAddress(PEER, dns.port()));
    overlay.set(
        FakeOverlay.of(new OverlayView.Peer("peer", PEER, List.of(Cidr.of("127.0.0.1/32")), true)));
    Await.that("it is not when it owns nothing", () -> peer("hel1").isEmpty());
  }

  @Test
  void aRestartKnowsWhoSpokeForAPeerThatNobodyDeclares() {
    List<Cidr> ranges = List.of(Cidr.of("10.60.0.0/15"));
    overlay.set(FakeOverlay.of(new OverlayView.Peer("peer", PEER, ranges, true)));
    Await.that(
        "its key is written down",
        () ->
            undeclared()
                .contains(
                    new RouterNodeStatus.OverlayRegion(
                        "hel1", List.of("peer"), List.of("10.60.0.0/16"))));
    plane.close();
    published.set(Optional.empty());
    overlay.set(FakeOverlay.of(new OverlayView.Peer("another", PEER, ranges, true)));
    startPlane();
    Await.that(
        "the newcomer is refused",
        () ->
            TestPlane.finding(plane, "RegionsAccepted")
                .filter(found -> found.message().contains("another"))
                .isPresent());
    assertThat(peer("hel1")).isEmpty();
    overlay.set(FakeOverlay.of(new OverlayView.Peer("peer", PEER, ranges, true)));
    Await.that("the first one is believed", () -> peer("hel1").isPresent());
  }

  @Test
  void aPeersApiServerIsReadWithTheKubeconfigOfASecretAndBadCredentialsKeepWhatWasKnown() {
    cluster
        .server()
        .apply(
            "/apis/region-bridge.io/v1alpha1/routernodes/far-1",
            "{apiVersion: region-bridge.io/v1alpha1, kind: RouterNode, metadata: {name: far-1},"
                + " spec: {overlayAddress: 100.64.0.7, podCIDRs: [10.70.0.0/16]}}");
    secret(cluster.bridgeKubeconfig());
    region("nbg1", "{domain: nbg1.example, kubeconfigSecretRef: {name: nbg1}}");
    Await.that("its gateway is known", () -> gateway("nbg1", "100.64.0.7"));
    assertThat(peer("nbg1").orElseThrow().sources())
        .containsExactlyInAnyOrder(PeerSource.REGION_OBJECT, PeerSource.PEER_API_SERVER);

    secret(cluster.server().kubeconfig("wrong"));
    Await.that(
        "the condition says so",
        () ->
            Optional.ofNullable(Conditions.find(conditions("nbg1"), "PeerAPIServerReachable"))
                .filter(c -> c.reason().equals("CredentialsRefused"))
                .isPresent());
    assertThat(gateway("nbg1", "100.64.0.7")).isTrue();

    secret(cluster.bridgeKubeconfig());
    cluster
        .server()
        .apply(
            "/apis/region-bridge.io/v1alpha1/routernodes/far-1",
            "{apiVersion: region-bridge.io/v1alpha1, kind: RouterNode, metadata: {name: far-1},"
                + " spec: {overlayAddress: 100.64.0.8, podCIDRs: [10.70.0.0/16]}}");
    Await.that("a new address is followed", () -> gateway("nbg1", "100.64.0.8"));
    admin.resources(RouterNode.class).withName("far-1").delete();
  }

  private final class Overlay implements OverlayView {
    @Override
    public Optional<InetAddress> address() {
      return overlay.get().address();
    }

    @Override
    public Optional<String> publicKey() {
      return overlay.get().publicKey();
    }

    @Override
    public List<Peer> peers() {
      return overlay.get().peers();
    }
  }

  private Optional<PeerRegion> peer(String name) {
    return published.get().flatMap(topology -> topology.peer(name));
  }

  private boolean gateway(String region, String address) {
    return peer(region).stream()
        .flatMap(peer -> peer.gateways().stream())
        .anyMatch(gateway -> gateway.address().getAddress().getHostAddress().equals(address));
  }

  private void corefile(String template) {
    admin
        .configMaps()
        .inNamespace("kube-system")
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("coredns")
                .withNamespace("kube-system")
                .endMetadata()
                .addToData("Corefile", template.formatted(coreDnsPort))
                .build())
        .serverSideApply();
  }

  private static String corefile() {
    return Objects.requireNonNull(
        admin
            .configMaps()
            .inNamespace("kube-system")
            .withName("coredns")
            .require()
            .getData()
            .get("Corefile"));
  }

  private static String version() {
    return admin
        .configMaps()
        .inNamespace("kube-system")
        .withName("coredns")
        .require()
        .getMetadata()
        .getResourceVersion();
  }

  private static String custom(String key) {
    return admin
        .configMaps()
        .inNamespace("kube-system")
        .withName("coredns-custom")
        .require()
        .getData()
        .getOrDefault(key, "");
  }

  private static void region(String name, String spec) {
    cluster
        .server()
        .apply(
            REGIONS + name,
            "{apiVersion: region-bridge.io/v1alpha1, kind: Region, metadata: {name: %s}, spec: %s}"
                .formatted(name, spec));
  }

  private static void secret(String kubeconfig) {
    cluster
        .server()
        .apply(
            "/api/v1/namespaces/region-bridge/secrets/nbg1",
            "{apiVersion: v1, kind: Secret, metadata: {name: nbg1}, data: {kubeconfig: %s}}"
                .formatted(
                    Base64.getEncoder()
                        .encodeToString(kubeconfig.getBytes(StandardCharsets.UTF_8))));
  }

  private static Optional<RegionStatus> status(String name) {
    return Optional.ofNullable(admin.resources(Region.class).withName(name).get())
        .map(Region::getStatus);
  }

  private static List<Condition> conditions(String name) {
    return status(name).map(RegionStatus::conditions).orElse(List.of());
  }

  private static String message(List<Condition> conditions, String type) {
    return Objects.requireNonNull(Conditions.find(conditions, type), type).message();
  }

  private static List<RouterNodeStatus.OverlayRegion> undeclared() {
    return Optional.ofNullable(admin.resources(RouterNode.class).withName("router-1").get())
        .map(RouterNode::getStatus)
        .map(RouterNodeStatus::overlayRegions)
        .orElse(List.of());
  }

  private static String role() {
    RouterNode node = admin.resources(RouterNode.class).withName("router-1").get();
    String role = node == null || node.getStatus() == null ? null : node.getStatus().role();
    return role == null ? "" : role;
  }

  private String dig(Path dig, String name, String type) {
    return run(
        NativeProcess.command(
            dig, "@127.0.0.1", "-p", Integer.toString(coreDnsPort), "+short", name, type));
  }

  private static String kubectl(String arguments) {
    try {
      Path file = Files.writeString(directory.resolve("admin"), cluster.server().adminKubeconfig());
      return run(
          NativeProcess.command(NativeTool.find("kubectl"), arguments.split(" "))
              .environment("KUBECONFIG", file.toString())
              .environment("HOME", directory.toString()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String run(NativeProcess.Command command) {
    try (NativeProcess process = command.start()) {
      assertThat(process.awaitEnd(Duration.ofSeconds(30))).as(process.output()).isZero();
      return process.output().strip();
    }
  }
}
