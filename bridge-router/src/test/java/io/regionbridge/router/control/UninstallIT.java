package io.regionbridge.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.router.control.Uninstall.Outcome;
import io.regionbridge.router.control.Uninstall.Step;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.RegionStatus;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.kubernetes.SecretKeyStore;
import io.regionbridge.router.kubernetes.StatusWriter;
import io.regionbridge.router.kubernetes.TestCluster;
import io.regionbridge.router.wireguard.PrivateKey;
import io.regionbridge.router.wireguard.PublicKey;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What bridges leave behind in a real API server, and that it can be taken away. */
@Timeout(120)
class UninstallIT {
  private static final String MANAGED = "labels: {app.kubernetes.io/managed-by: region-bridge}";

  private static TestCluster cluster;
  private static KubernetesClient admin;

  @BeforeAll
  static void start() {
    cluster = TestCluster.start();
    admin = cluster.admin();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      admin.close();
      cluster.close();
    }
  }

  @Test
  void takesAwayWhatIsOursAndNothingElseAndCanBeRunAgain() throws IOException {
    String api = "/apis/region-bridge.io/v1alpha1/";
    apply("/api/v1/nodes/ours", "{apiVersion: v1, kind: Node, metadata: {name: ours}}");
    apply(
        api + "routernodes/ours",
        "{apiVersion: region-bridge.io/v1alpha1, kind: RouterNode, metadata: {name: ours, %s}}"
            .formatted(MANAGED));
    apply(
        api + "routernodes/another",
        "{apiVersion: region-bridge.io/v1alpha1, kind: RouterNode, metadata: {name: another}}");
    apply(
        api + "regions/mn",
        "{apiVersion: region-bridge.io/v1alpha1, kind: Region, metadata: {name: mn}, spec: {}}");
    assertThat(
            new StatusWriter(admin, Clock.systemUTC())
                .region(
                    "mn",
                    new RegionStatus(
                        "mn.internal",
                        List.of(),
                        List.of(),
                        "0/0",
                        List.of(),
                        null,
                        null,
                        null,
                        1L,
                        List.of())))
        .isEmpty();
    apply(
        "/apis/coordination.k8s.io/v1/namespaces/region-bridge/leases/region-bridge",
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: region-bridge}}");
    apply(
        "/api/v1/namespaces/kube-system/configmaps/coredns",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: coredns}, data: {Corefile: '.:53 {"
            + " }'}}");
    try (PrivateKey _ = new SecretKeyStore(admin, TestCluster.NAMESPACE, "ours").current()) {
      assertThat(outcomes(false, true)).containsEntry("RouterNode ours", Outcome.WOULD_REMOVE);
      assertThat(admin.resources(RouterNode.class).list().getItems()).hasSize(2);
    }

    assertThat(outcomes(false, false))
        .containsEntry("RouterNode ours", Outcome.REMOVED)
        .containsEntry("status of Region mn", Outcome.REMOVED)
        .containsEntry("Lease region-bridge/region-bridge", Outcome.REMOVED)
        .containsEntry("Secret region-bridge/region-bridge-wireguard-ours", Outcome.KEPT)
        .containsEntry("CiliumEgressGatewayPolicies", Outcome.NOTHING)
        .doesNotContainValue(Outcome.FAILED);
    assertThat(admin.resources(RouterNode.class).list().getItems())
        .extracting(node -> node.getMetadata().getName())
        .containsExactly("another");
    assertThat(admin.resources(Region.class).withName("mn").get().getStatus()).isNull();
    assertThat(outcomes(true, false))
        .containsEntry("Secret region-bridge/region-bridge-wireguard-ours", Outcome.REMOVED)
        .doesNotContainValue(Outcome.FAILED);
    assertThat(outcomes(true, false))
        .doesNotContainValue(Outcome.FAILED)
        .doesNotContainValue(Outcome.REMOVED);
  }

  @Test
  void aKeyIsMadeOnceIsTheSameForTheNextProcessAndIsReplacedInTwoSteps() throws IOException {
    KubernetesClient bridge = cluster.bridge();
    PublicKey first = key(new SecretKeyStore(bridge, TestCluster.NAMESPACE, "k1"));
    SecretKeyStore again = new SecretKeyStore(bridge, TestCluster.NAMESPACE, "k1");
    assertThat(key(again)).isEqualTo(first);
    PublicKey other = key(new SecretKeyStore(bridge, TestCluster.NAMESPACE, "k2"));
    assertThat(other).isNotEqualTo(first);
    PublicKey next;
    try (PrivateKey prepared = again.prepareNext()) {
      next = prepared.publicKey();
    }
    assertThat(key(again)).isEqualTo(first);
    again.promoteNext();
    assertThat(key(again)).isEqualTo(next);
    assertThat(again.next()).isEmpty();
    assertThat(key(new SecretKeyStore(bridge, TestCluster.NAMESPACE, "k2"))).isEqualTo(other);
    bridge.close();
  }

  @Test
  void aKeyIsMovedFromTheSecretThatAllSharedOnceTheRightsNameTheNodesOwn() throws IOException {
    PublicKey before;
    try (KubernetesClient bridge = cluster.bridge()) {
      // The rules as they stand in the file name no node.
      before = key(new SecretKeyStore(bridge, TestCluster.NAMESPACE, "m1"));
    }
    assertThat(keys("region-bridge-wireguard")).contains("m1.private");
    assertThat(key(new SecretKeyStore(admin, TestCluster.NAMESPACE, "m1"))).isEqualTo(before);
    assertThat(keys("region-bridge-wireguard-m1")).containsExactly("m1.private");
    assertThat(keys("region-bridge-wireguard")).doesNotContain("m1.private");
    assertThat(key(new SecretKeyStore(admin, TestCluster.NAMESPACE, "m1"))).isEqualTo(before);
  }

  private static Set<String> keys(String secret) {
    Map<String, String> data =
        admin.secrets().inNamespace(TestCluster.NAMESPACE).withName(secret).get().getData();
    return data == null ? Set.of() : data.keySet();
  }

  private static PublicKey key(SecretKeyStore store) throws IOException {
    try (PrivateKey key = store.current()) {
      return key.publicKey();
    }
  }

  private static Map<String, Outcome> outcomes(boolean purge, boolean dryRun) {
    return Uninstall.run(admin, TestCluster.NAMESPACE, "netbird", purge, dryRun).stream()
        .collect(Collectors.toMap(Step::what, Step::outcome));
  }

  private static void apply(String path, String manifest) {
    cluster.server().apply(path, manifest);
  }
}
