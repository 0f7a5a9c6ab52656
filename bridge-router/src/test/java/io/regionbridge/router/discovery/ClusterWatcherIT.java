package io.regionbridge.router.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.loop.Loops;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a real API server, with the rights of the chart's Roles. */
@Timeout(240)
class ClusterWatcherIT {
  private static final ServiceKey WEB = new ServiceKey("default", "web");
  private static final String CILIUM_NODES = "/apis/cilium.io/v2/ciliumnodes";
  private static final String CILIUM_NODE_DEFINITION =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ciliumnodes.cilium.io";

  private static TestCluster cluster;
  private KubernetesClient client;
  private ClusterWatcher watcher;

  @BeforeAll
  static void startCluster() {
    cluster = TestCluster.start();
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void start() {
    client = cluster.bridge();
    watcher = start(client);
    Await.that("everything is listed", () -> watcher.view().settled());
  }

  @AfterEach
  void stop() {
    watcher.close();
    client.close();
  }

  @Test
  void whatTheChartAllowsIsEnoughToReadEverythingThatIsInstalled() {
    List<String> absent =
        new ArrayList<>(
            List.of(
                "ciliumnodes.cilium.io",
                "ciliumpodippools.cilium.io",
                "ippools.crd.projectcalico.org",
                ClusterWatcher.EGRESS_POLICIES));
    boolean rangesAreObjects = cluster.server().minor() >= 33;
    if (!rangesAreObjects) {
      absent.add("servicecidrs.networking.k8s.io");
    }
    assertThat(watcher.view().failures())
        .extracting(failing -> failing.failure().resource())
        .containsExactlyInAnyOrderElementsOf(absent);
    assertThat(watcher.view().failures())
        .extracting(failing -> failing.failure().reason())
        .containsOnly(ReadFailure.Reason.NOT_INSTALLED);
    assertThat(watcher.view().serviceCidrs())
        .isEqualTo(rangesAreObjects ? List.of(Cidr.of("10.43.0.0/16")) : List.of());
  }

  @Test
  void servicesAndSlicesComeIntoTheDirectoryAndLeaveIt() {
    Await.that("the directory is complete", () -> watcher.directory().complete());
    service();
    slice("web-1", "10.42.0.7", "true");
    Await.that("the endpoint is there", () -> addresses().equals(List.of("10.42.0.7")));

    slice("web-2", "10.42.0.8", "true");
    Await.that("so is the other slice's", () -> addresses().size() == 2);

    delete("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/web-1");
    delete("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/web-2");
    delete("/api/v1/namespaces/default/services/web");
    Await.that("the Service is gone", () -> watcher.directory().service(WEB) == null);
  }

  @Test
  void nodesAreRoutersByTheirLabelAndAHeartbeatIsNoChange() {
    node("router-1", "netbird-router: 'true'", "10.42.0.0/24");
    node("worker-1", "other: 'true'", "10.42.1.0/24");
    Await.that("both nodes are known", () -> watcher.view().nodes().size() == 2);
    assertThat(watcher.view().routers())
        .singleElement()
        .satisfies(node -> {
          assertThat(node.name()).isEqualTo("router-1");
          assertThat(node.ready()).isTrue();
          assertThat(node.addresses()).containsExactly(IpAddress.of("192.0.2.1").toInetAddress());
          assertThat(node.podCidrs()).containsExactly(Cidr.of("10.42.0.0/24"));
        });
    delete("/api/v1/nodes/router-1");
    delete("/api/v1/nodes/worker-1");
    Await.that("both are gone", () -> watcher.view().nodes().isEmpty());
  }

  @Test
  void ciliumsNodesTellTheirRangesOnceCiliumIsInstalled() throws IOException {
    String file = "ciliumnodes.cilium.io.json";
    try (InputStream json =
        Objects.requireNonNull(ClusterWatcherIT.class.getResourceAsStream(file))) {
      cluster
          .server()
          .apply(CILIUM_NODE_DEFINITION, new String(json.readAllBytes(), StandardCharsets.UTF_8));
    }
    Await.that("the definition is served", () -> served(CILIUM_NODES));
    cluster
        .server()
        .apply(
            CILIUM_NODES + "/router-1",
            """
            apiVersion: cilium.io/v2
            kind: CiliumNode
            metadata: {name: router-1}
            spec: {ipam: {podCIDRs: [10.42.7.0/24, 'fd00:42:7::/64']}}
            """);
    Await.that(
        "the ranges are known",
        Duration.ofMinutes(1), // what is not installed is looked for every 15 s
        () ->
            watcher
                .view()
                .ciliumNodeCidrs()
                .equals(List.of(Cidr.of("10.42.7.0/24"), Cidr.of("fd00:42:7::/64"))));
    findsTheSettingsOfACiliumInAnotherNamespace();
    delete(CILIUM_NODES + "/router-1");
    Await.that("and forgotten", () -> watcher.view().ciliumNodeCidrs().isEmpty());
    delete(CILIUM_NODE_DEFINITION);
    Await.that("nothing is left for others", () -> !served(CILIUM_NODES));
  }

  /** Of several in namespaces of anybody none is believed. */
  private void findsTheSettingsOfACiliumInAnotherNamespace() {
    settings("default", "no");
    Await.that("that of Cilium's namespace", () -> egressGateway().equals(Optional.of("no")));
    settings("kube-public", "perhaps");
    Await.that("none of two", () -> egressGateway().isEmpty());
    settings("kube-system", "true");
    Await.that("the usual one", () -> egressGateway().equals(Optional.of("true")));
    for (String namespace : List.of("default", "kube-public", "kube-system")) {
      delete("/api/v1/namespaces/" + namespace + "/configmaps/cilium-config");
    }
  }

  private static void settings(String namespace, String egressGateway) {
    cluster
        .server()
        .apply(
            "/api/v1/namespaces/" + namespace + "/configmaps/cilium-config",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: cilium-config},"
                + " data: {enable-egress-gateway: '%s'}}".formatted(egressGateway));
  }

  private Optional<String> egressGateway() {
    return Optional.ofNullable(watcher.view().configMaps().get(ClusterWatcher.CILIUM_CONFIG))
        .map(map -> map.data().get("enable-egress-gateway"));
  }

  private static boolean served(String path) {
    try {
      return !cluster.server().request("GET", path, "application/json", "").isEmpty();
    } catch (IllegalStateException e) {
      return false;
    }
  }

  @Test
  void whatIsKnownStaysWhileTheApiServerIsAwayAndIsMendedWhenItIsBack() {
    service();
    slice("web-1", "10.42.0.9", "true");
    Await.that("the endpoint is there", () -> addresses().equals(List.of("10.42.0.9")));
    cluster.server().kill();
    Await.that(
        "the failure is known",
        () ->
            watcher.view().statuses().get("services")
                    instanceof WatchStatus.Failing(_, ReadFailure failure, boolean known)
                && known
                && failure.reason() == ReadFailure.Reason.UNREACHABLE);
    assertThat(addresses()).containsExactly("10.42.0.9");
    assertThat(watcher.directory().complete()).isTrue();

    cluster.server().restart();
    slice("web-1", "10.42.0.10", "true");
    Await.that("the new address is there", () -> addresses().equals(List.of("10.42.0.10")));
    Await.that(
        "all that is installed is current",
        () ->
            watcher.view().failures().stream()
                .allMatch(f -> f.failure().reason() == ReadFailure.Reason.NOT_INSTALLED));
    delete("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/web-1");
    delete("/api/v1/namespaces/default/services/web");
  }

  @Test
  void aMissingPermissionIsNamedAndEverythingElseGoesOn() {
    ObjectNode rules = (ObjectNode) TestCluster.rules();
    ArrayNode kept = rules.putArray("cluster");
    TestCluster.rules()
        .get("cluster")
        .forEach(rule -> {
          if (!rule.get("resources").toString().contains("endpointslices")) {
            kept.add(rule);
          }
        });
    cluster.bind(rules);
    try (KubernetesClient poor = cluster.bridge();
        ClusterWatcher watching = start(poor)) {
      Await.that("everything was tried", () -> watching.view().settled());
      assertThat(watching.view().failures())
          .map(failing -> failing.failure().toString())
          .anySatisfy(text ->
              assertThat(text).contains("list", "endpointslices.discovery.k8s.io", "forbidden"));
      assertThat(watching.view().statuses().get("services"))
          .isInstanceOf(WatchStatus.Current.class);
      assertThat(watching.directory().complete()).isFalse();
    } finally {
      cluster.bind(TestCluster.rules());
    }
  }

  private static ClusterWatcher start(KubernetesClient client) {
    ClusterWatcher started =
        new ClusterWatcher(
            client,
            "netbird-router=true",
            Optional.empty(),
            () -> Long.MAX_VALUE,
            () -> {},
            () -> {},
            Clock.systemUTC(),
            new Loops());
    started.start();
    return started;
  }

  private List<String> addresses() {
    Directory directory = watcher.directory();
    DirectoryService service = directory.service(WEB);
    return service == null
        ? List.of()
        : service.endpoints().stream().map(endpoint -> endpoint.address().toString()).toList();
  }

  private static void service() {
    cluster
        .server()
        .apply(
            "/api/v1/namespaces/default/services/web",
            "{apiVersion: v1, kind: Service, metadata: {name: web},"
                + " spec: {ports: [{port: 80, targetPort: 8080}]}}");
  }

  private static void slice(String name, String address, String ready) {
    cluster
        .server()
        .apply(
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/" + name,
            """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: %s, labels: {kubernetes.io/service-name: web}}
            addressType: IPv4
            ports: [{name: '', port: 8080, protocol: TCP}]
            endpoints: [{addresses: [%s], conditions: {ready: %s}}]
            """
                .formatted(name, address, ready));
  }

  private static void node(String name, String label, String podCidr) {
    cluster
        .server()
        .apply(
            "/api/v1/nodes/" + name,
            """
            apiVersion: v1
            kind: Node
            metadata: {name: %s, labels: {%s}}
            spec: {podCIDR: %s, podCIDRs: [%s]}
            """
                .formatted(name, label, podCidr, podCidr));
    cluster
        .server()
        .request(
            "PATCH",
            "/api/v1/nodes/" + name + "/status",
            "application/merge-patch+json",
            """
            {"status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.1"}],
             "conditions": [{"type": "Ready", "status": "True"}]}}
            """);
  }

  private static void delete(String path) {
    cluster.server().request("DELETE", path, "application/json", "");
  }
}
