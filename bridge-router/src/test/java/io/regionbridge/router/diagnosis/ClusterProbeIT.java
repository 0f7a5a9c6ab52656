package io.regionbridge.router.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.kubernetes.TestCluster;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real API server says, to one who may do all and to one who lacks a right. */
@Timeout(240)
final class ClusterProbeIT {
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
      ClusterFacts whole = probe(admin, bridge).look();
      assertThat(whole.unreadable()).isEmpty();
      assertThat(whole.rights()).isGreaterThan(30);
      assertThat(whole.missing()).isEmpty();
      assertThat(whole.definitions())
          .hasSize(2)
          .allSatisfy((_, lacks) -> assertThat(lacks).isEmpty());
      assertThat(whole.routers())
          .containsExactly(new ClusterFacts.Router("router-1", false, List.of()));
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

  private static ClusterProbe probe(KubernetesClient client, KubernetesClient bridge) {
    return new ClusterProbe(
        client,
        bridge,
        "the bridge",
        TestCluster.NAMESPACE,
        "netbird-router=true",
        Clock.systemUTC());
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
