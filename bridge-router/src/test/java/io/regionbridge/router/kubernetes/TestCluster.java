package io.regionbridge.router.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.regionbridge.testkit.KubeApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A real API server with the chart's CustomResourceDefinitions, and a ServiceAccount that may do
 * what the chart's rules say and nothing else.
 */
public final class TestCluster implements AutoCloseable {
  /** Where the chart is taken to be installed. */
  public static final String NAMESPACE = "region-bridge";

  private static final Path CHART = Path.of("../charts/region-bridge");
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";

  private final KubeApiServer server;

  private TestCluster(KubeApiServer server) {
    this.server = server;
  }

  /** Starts one; skips the test when its programs are missing. */
  public static TestCluster start() {
    return prepare(KubeApiServer.start());
  }

  /** The same with another range of ClusterIPs. */
  public static TestCluster start(String serviceCidr) {
    return prepare(KubeApiServer.start(serviceCidr));
  }

  /** The API server itself. */
  public KubeApiServer server() {
    return server;
  }

  /** A client that may do everything. */
  public KubernetesClient admin() {
    return client(server.adminKubeconfig());
  }

  /** A client with the bridge's own rights. */
  public KubernetesClient bridge() {
    return client(bridgeKubeconfig());
  }

  /** A client by a kubeconfig. */
  public static KubernetesClient client(String kubeconfig) {
    try {
      Path file = Files.createTempFile("kubeconfig", null);
      try {
        return ClusterClient.local(Optional.of(Files.writeString(file, kubeconfig))).api();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A kubeconfig with the bridge's own rights. */
  public String bridgeKubeconfig() {
    return server.kubeconfig(server.serviceAccountToken(NAMESPACE, "region-bridge"));
  }

  /** Binds rules to the bridge; each of the three lists of the chart's file is one Role. */
  public void bind(JsonNode rules) {
    role("clusterroles", "ClusterRole", "", rules.get("cluster"));
    role("roles", "Role", "kube-system", rules.get("system"));
    role("roles", "Role", NAMESPACE, rules.get("namespace"));
  }

  /** Binds rules to the bridge in one more namespace, which is made. */
  public void bindIn(String namespace, JsonNode rules) {
    server.apply(
        "/api/v1/namespaces/" + namespace,
        "{apiVersion: v1, kind: Namespace, metadata: {name: " + namespace + "}}");
    role("roles", "Role", namespace, rules);
  }

  /** The chart's rules. */
  public static JsonNode rules() {
    try {
      return new YAMLMapper().readTree(CHART.resolve("rbac-rules.yaml").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private static TestCluster prepare(KubeApiServer server) {
    TestCluster cluster = new TestCluster(server);
    try {
      cluster.definitions();
      server.apply(
          "/api/v1/namespaces/" + NAMESPACE,
          "{apiVersion: v1, kind: Namespace, metadata: {name: " + NAMESPACE + "}}");
      server.apply(
          "/api/v1/namespaces/" + NAMESPACE + "/serviceaccounts/region-bridge",
          "{apiVersion: v1, kind: ServiceAccount, metadata: {name: region-bridge}}");
      cluster.bind(rules());
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
    return cluster;
  }

  private void definitions() {
    for (String name : new String[] {"regions", "routernodes"}) {
      String full = name + ".region-bridge.io";
      try {
        server.apply(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + full,
            Files.readString(CHART.resolve("crds").resolve(full + ".yaml")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void role(String plural, String kind, String namespace, JsonNode rules) {
    String in = namespace.isEmpty() ? "" : "/namespaces/" + namespace;
    String api = "rbac.authorization.k8s.io";
    server.apply(
        RBAC + in + "/" + plural + "/region-bridge",
        "{apiVersion: %s/v1, kind: %s, metadata: {name: region-bridge}, rules: %s}"
            .formatted(api, kind, rules));
    String bindings = kind.equals("Role") ? "rolebindings" : "clusterrolebindings";
    server.apply(
        RBAC + in + "/" + bindings + "/region-bridge",
        """
        {apiVersion: %s/v1, kind: %sBinding, metadata: {name: region-bridge},
         roleRef: {apiGroup: %s, kind: %s, name: region-bridge},
         subjects: [{kind: ServiceAccount, name: region-bridge, namespace: %s}]}
        """
            .formatted(api, kind, api, kind, NAMESPACE));
  }
}
