package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.discovery.Await;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.settings.RegionSettings;
import io.regionbridge.router.settings.RegionSettings.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real API server says, to one who may do all and to one who lacks a right. */
@Timeout(240)
final class ClusterProbeIT {
  private static final String CILIUM_NODES =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: ciliumnodes.cilium.io
        annotations: {api-approved.kubernetes.io: unapproved}
      spec:
        group: cilium.io
        scope: Cluster
        names: {plural: ciliumnodes, singular: ciliumnode, kind: CiliumNode}
        versions:
          - name: v2
            served: true
            storage: true
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """;

  /** By path. */
  private static final Map<String, String> OBJECTS =
      Map.of(
          "/apis/cilium.io/v2/ciliumnodes/router-1",
          "{apiVersion: cilium.io/v2, kind: CiliumNode, metadata: {name: router-1, labels:"
              + " {kubernetes.io/hostname: router-1}}}",
          "/apis/cilium.io/v2/ciliumegressgatewaypolicies/by-hand",
          "{apiVersion: cilium.io/v2, kind: CiliumEgressGatewayPolicy, metadata: {name: by-hand},"
              + " spec: {selectors: [{podSelector: {}}], destinationCIDRs: [10.52.0.0/16],"
              + " egressGateway: {nodeSelector: {matchLabels: {kubernetes.io/hostname: router-1}},"
              + " interface: eth0, egressIP: 10.0.0.1}}}",
          "/api/v1/namespaces/kube-system/configmaps/cilium-config",
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: cilium-config}, data:"
              + " {enable-egress-gateway: 'true', enable-bpf-masquerade: 'true',"
              + " kube-proxy-replacement: 'true'}}",
          "/api/v1/namespaces/kube-system/pods/cilium-1",
          "{apiVersion: v1, kind: Pod, metadata: {name: cilium-1, labels: {k8s-app: cilium}}, spec:"
              + " {nodeName: router-1, containers: [{name: cilium-agent, image: i}]}}",
          "/api/v1/namespaces/kube-system/services/clustermesh-apiserver",
          "{apiVersion: v1, kind: Service, metadata: {name: clustermesh-apiserver}, spec: {ports:"
              + " [{port: 2379}]}}",
          "/api/v1/namespaces/region-bridge/services/names",
          "{apiVersion: v1, kind: Service, metadata: {name: names, labels: {app.kubernetes.io/name:"
              + " region-bridge}}, spec: {ports: [{port: 53}]}}",
          "/apis/coordination.k8s.io/v1/namespaces/other/leases/region-bridge",
          "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: region-bridge}, spec:"
              + " {holderIdentity: router-9}}",
          "/apis/region-bridge.io/v1alpha1/routernodes/router-1",
          "{apiVersion: region-bridge.io/v1alpha1, kind: RouterNode, metadata: {name: router-1},"
              + " spec: {overlayAddress: 100.64.0.1}}",
          "/apis/netbird.io/v1alpha1/namespaces/netbird/networkrouters/east",
          "{apiVersion: netbird.io/v1alpha1, kind: NetworkRouter, metadata: {name: east}, spec:"
              + " {dnsZoneRef: {name: a.example}}}",
          "/apis/apps/v1/namespaces/netbird/deployments/router",
          """
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: router}
          spec:
            selector: {matchLabels: {app.kubernetes.io/name: netbird-router}}
            template:
              metadata: {labels: {app.kubernetes.io/name: netbird-router}}
              spec: {hostNetwork: true, containers: [{name: netbird, image: i}]}
          """);

  @Test
  void findsWhatIsWrongWithARealCluster() {
    try (TestCluster cluster = TestCluster.start();
        KubernetesClient admin = cluster.admin();
        KubernetesClient bridge = cluster.bridge()) {
      cluster
          .server()
          .apply(
              "/api/v1/nodes/router-1",
              "{apiVersion: v1, kind: Node, metadata: {name: router-1,"
                  + " labels: {netbird-router: 'true'}}}");
      cluster
          .server()
          .apply(
              "/api/v1/namespaces/region-bridge/events/region-bridge.1",
              "{apiVersion: v1, kind: Event, metadata: {name: region-bridge.1, namespace:"
                  + " region-bridge}, involvedObject: {kind: DaemonSet, name: region-bridge,"
                  + " namespace: region-bridge}, reason: FailedCreate, message: 'violates"
                  + " PodSecurity'}");
      ClusterFacts whole = probe(admin, bridge).look();
      assertThat(whole.unreadable()).isEmpty();
      assertThat(whole.uncreated()).contains("violates PodSecurity");
      assertThat(whole.rights()).isGreaterThan(30);
      assertThat(whole.missing()).isEmpty();
      assertThat(whole.definitions())
          .hasSize(2)
          .allSatisfy((_, lacks) -> assertThat(lacks).isEmpty());
      assertThat(whole.routers())
          .containsExactly(new ClusterFacts.Router("router-1", "router-1", false, List.of()));
      assertThat(whole.clockAhead().orElseThrow().abs()).isLessThan(Duration.ofSeconds(30));

      JsonNode rules = TestCluster.rules();
      without(rules.path("cluster"), "regions/status", "patch");
      cluster.bind(rules);
      cluster
          .server()
          .request(
              "DELETE",
              "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/routernodes.region-bridge.io",
              "application/json",
              "");
      ClusterFacts broken = probe(admin, bridge).look();
      assertThat(broken.missing())
          .containsExactly(
              new Right("region-bridge.io", "regions/status", "patch", "", ""),
              new Right("region-bridge.io", "routernodes/status", "patch", "", ""));
      assertThat(ClusterChecks.of(broken))
          .filteredOn(c -> c.state() == Check.State.FAILURE)
          .extracting(Check::name)
          .contains("RBAC", "CRDs", "router nodes", "active gateway", "bridges");

      ClusterFacts seenByBridge = probe(bridge, bridge).look();
      assertThat(seenByBridge.unreadable()).containsEntry("pods", "forbidden");
      assertThat(seenByBridge.routers()).hasSize(1);
    }
  }

  @Test
  void looksAtCiliumAndNetBirdAsTheirDefinitionsHaveThem() throws IOException {
    try (TestCluster cluster = TestCluster.start();
        KubernetesClient admin = cluster.admin();
        KubernetesClient bridge = cluster.bridge()) {
      assertThat(probe(admin, bridge).look().netBird()).isEqualTo(NetBirdFacts.NONE);
      define(cluster, "networkrouters.netbird.io", "netbird/networkrouters.yaml");
      define(
          cluster,
          "ciliumegressgatewaypolicies.cilium.io",
          "egress/cilium/ciliumegressgatewaypolicies-1.20.2.yaml");
      cluster
          .server()
          .apply(
              "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ciliumnodes.cilium.io",
              CILIUM_NODES);
      cluster.bindIn("netbird", TestCluster.rules().get("netbird"));
      cluster
          .server()
          .apply(
              "/api/v1/namespaces/other",
              "{apiVersion: v1, kind: Namespace, metadata: {name: other}}");
      for (Map.Entry<String, String> object : OBJECTS.entrySet()) {
        Await.that(
            object.getKey() + " is there",
            () -> applied(cluster, object.getKey(), object.getValue()));
      }
      cluster
          .server()
          .request(
              "PATCH",
              "/api/v1/namespaces/kube-system/pods/cilium-1/status",
              "application/merge-patch+json",
              """
              {"status": {"conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"name": "cilium-agent", "ready": true, "image": "i",
                  "imageID": "", "restartCount": 0,
                  "state": {"running": {"startedAt": "2020-01-01T00:00:00Z"}}}]}}
              """);

      Release keeps =
          new Release(
              TestCluster.NAMESPACE,
              "netbird-router=true",
              RegionSettings.Engine.AUTO,
              Optional.of("netbird"));
      ClusterFacts facts = probe(admin, bridge, keeps).look();
      assertThat(facts.unreadable()).isEmpty();
      assertThat(facts.missing()).isEmpty();
      assertThat(facts.netBird().routers())
          .containsExactly(
              new NetBirdFacts.Router("netbird", "east", true, false),
              new NetBirdFacts.Router("netbird", "router", false, true));
      assertThat(facts.leases())
          .extracting(ClusterFacts.Lease::namespace, ClusterFacts.Lease::holder)
          .containsExactly(tuple("other", "router-9"));
      assertThat(facts.services()).singleElement().asString().startsWith("10.43.");
      assertThat(facts.announced())
          .containsExactly(
              new ClusterFacts.Announced("router-1", "", Optional.of("100.64.0.1"), List.of()));
      assertThat(facts.cilium().nodes().orElseThrow())
          .isEqualTo(Map.of("router-1", Map.of("kubernetes.io/hostname", "router-1")));
      assertThat(facts.cilium().agents())
          .containsExactly(
              new CiliumFacts.Agent(
                  "router-1", true, Optional.of(Instant.parse("2020-01-01T00:00:00Z"))));
      assertThat(facts.cilium().clusterMesh()).isTrue();
      assertThat(ClusterChecks.of(facts))
          .extracting(Check::name, Check::message)
          .contains(
              tuple(
                  "egress policies", "by-hand has both interface and egressIP: Cilium ignores it"))
          .anySatisfy(check ->
              assertThat(check.toString())
                  .contains("Cilium agents", "after they started on router-1"))
          .anySatisfy(check -> assertThat(check.toString()).contains("NetworkRouter netbird/east"));

      JsonNode rules = TestCluster.rules().get("netbird");
      without(rules, "networkrouters", "patch");
      cluster.bindIn("netbird", rules);
      Right patch = new Right("netbird.io", "networkrouters", "patch", "", "netbird");
      Await.that(
          "the right is missed",
          () -> probe(admin, bridge, keeps).look().missing().contains(patch));
      assertThat(probe(admin, bridge).look().missing())
          .as("of no use where the bridge does not keep the routers")
          .isEmpty();
      assertThat(ClusterChecks.of(probe(admin, bridge, keeps).look()))
          .filteredOn(check -> check.name().equals("RBAC"))
          .extracting(Check::message)
          .containsExactly("the bridge may not patch networkrouters.netbird.io in netbird");
    }
  }

  private static boolean applied(TestCluster cluster, String path, String manifest) {
    try {
      cluster.server().apply(path, manifest);
      return true;
    } catch (IllegalStateException notServedYet) {
      return false;
    }
  }

  private static void define(TestCluster cluster, String name, String file) throws IOException {
    cluster
        .server()
        .apply(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name,
            Files.readString(Path.of("src/test/resources/io/regionbridge/router", file)));
  }

  private static ClusterProbe probe(KubernetesClient client, KubernetesClient bridge) {
    return probe(client, bridge, Release.defaults(TestCluster.NAMESPACE, "netbird-router=true"));
  }

  private static ClusterProbe probe(
      KubernetesClient client, KubernetesClient bridge, Release release) {
    return new ClusterProbe(client, bridge, "the bridge", release, Clock.systemUTC());
  }

  @Test
  void findsWhoHasWhichRightsAndKeys() {
    try (TestCluster cluster = TestCluster.start();
        KubernetesClient admin = cluster.admin();
        KubernetesClient bridge = cluster.bridge()) {
      String namespace = "/api/v1/namespaces/" + TestCluster.NAMESPACE;
      cluster
          .server()
          .apply(
              "/api/v1/nodes/router-1",
              "{apiVersion: v1, kind: Node, metadata: {name: router-1,"
                  + " labels: {netbird-router: 'true'}}}");
      cluster
          .server()
          .apply(
              namespace + "/pods/bridge-1",
              "{apiVersion: v1, kind: Pod, metadata: {name: bridge-1, labels:"
                  + " {app.kubernetes.io/name: region-bridge, app.kubernetes.io/component:"
                  + " bridge}}, spec: {serviceAccountName: region-bridge, containers: [{name:"
                  + " bridge, image: 'i:1', env: [{name: REGION_BRIDGE_ADMIN_LISTEN, value:"
                  + " '10.0.0.1:8053'}]}]}}");
      cluster
          .server()
          .apply(
              namespace + "/pods/agent-1",
              "{apiVersion: v1, kind: Pod, metadata: {name: agent-1, labels:"
                  + " {app.kubernetes.io/name: region-bridge, app.kubernetes.io/component: agent}},"
                  + " spec: {serviceAccountName: region-bridge, containers: [{name: agent, image:"
                  + " 'i:1'}]}}");
      cluster
          .server()
          .apply(
              namespace + "/secrets/region-bridge-wireguard",
              "{apiVersion: v1, kind: Secret, metadata: {name: region-bridge-wireguard}, data:"
                  + " {router-1.private: AAAA}}");
      Release manages =
          new Release(
              TestCluster.NAMESPACE,
              "netbird-router=true",
              RegionSettings.Engine.AUTO,
              Optional.empty(),
              false,
              true,
              Optional.of(new Release.Admin(false, false)));
      ClusterFacts facts = probe(admin, bridge, manages).look();
      assertThat(facts.privileges())
          .isEqualTo(
              new PrivilegeFacts(
                  List.of(
                      new PrivilegeFacts.Bridge(
                          "bridge-1", "region-bridge", "10.0.0.1:8053", false)),
                  List.of(new PrivilegeFacts.Agent("agent-1", "region-bridge")),
                  Map.of("region-bridge-wireguard", Set.of("router-1.private"))));
      assertThat(ClusterChecks.of(facts))
          .filteredOn(check -> check.state() != Check.State.OK)
          .extracting(Check::name)
          .contains("agents' rights", "WireGuard keys", "admin address");
    }
  }

  /** Takes a verb away from the rule that is about a resource. */
  private static void without(JsonNode rules, String resource, String verb) {
    for (JsonNode rule : rules) {
      if (rule.path("resources").toString().contains('"' + resource + '"')) {
        ArrayNode verbs = (ArrayNode) rule.path("verbs");
        for (int i = verbs.size() - 1; i >= 0; i--) {
          if (verbs.get(i).asText().equals(verb)) {
            verbs.remove(i);
          }
        }
      }
    }
  }
}
