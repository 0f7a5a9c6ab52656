package io.regionbridge.api.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.regionbridge.testkit.KubeApiServer;
import io.regionbridge.testkit.NativeProcess;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The cluster of one region: a real API server with the chart's CustomResourceDefinitions and a
 * ServiceAccount that may do what the chart's rules say. Nodes, Services and slices are made by
 * hand, since there are no controllers.
 */
final class RegionCluster implements AutoCloseable {
  private static final Path CHART = Path.of("../charts/region-bridge");
  private static final String NAMESPACE = "region-bridge";
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";
  private static final String GROUP = "/apis/region-bridge.io/v1alpha1";
  private static final String MERGE = "application/merge-patch+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubeApiServer server;

  private RegionCluster(KubeApiServer server) {
    this.server = server;
  }

  static RegionCluster start(String serviceCidr) throws IOException {
    RegionCluster cluster = new RegionCluster(KubeApiServer.start(serviceCidr));
    try {
      cluster.install();
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** Gives the bridge the rights that the Multi-Cluster Services API needs, as the chart does. */
  void grantMultiCluster() throws IOException {
    bind(
        "ClusterRole",
        "",
        "region-bridge-multicluster",
        new YAMLMapper().readTree(CHART.resolve("rbac-rules.yaml").toFile()).get("multicluster"));
  }

  /** Whether the API server has ValidatingAdmissionPolicies; before 1.30 the chart has none. */
  boolean hasAdmissionPolicies() {
    return server.minor() >= 30;
  }

  /** Has the API server refuse what the chart's policy keeps the bridge from writing. */
  void restrictMultiCluster() throws IOException {
    if (!hasAdmissionPolicies()) {
      return;
    }
    String kind = "validatingadmissionpolic";
    String text =
        run(
            NativeTool.find("helm"),
            "template",
            "region-bridge",
            CHART.toString(),
            "--namespace=" + NAMESPACE,
            "--set=region.name=any,image.repository=any,config.multicluster.enabled=true",
            "--kube-version=1.33.0",
            "--api-versions=admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy",
            "--show-only=templates/multicluster-policy.yaml");
    try (var documents = new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      for (JsonNode object : documents.readAll().stream().filter(JsonNode::isObject).toList()) {
        String plural =
            object.path("kind").asText().equals("ValidatingAdmissionPolicy")
                ? kind + "ies"
                : kind + "ybindings";
        server.apply(
            "/apis/admissionregistration.k8s.io/v1/%s/%s"
                .formatted(plural, object.at("/metadata/name").asText()),
            object.toString());
      }
    }
  }

  private static String run(Path program, String... arguments) {
    try (NativeProcess process = NativeProcess.start(program, arguments)) {
      if (process.awaitEnd(Served.TIMEOUT) != 0) {
        throw new IllegalStateException(process.output());
      }
      return process.output();
    }
  }

  KubeApiServer server() {
    return server;
  }

  /** Takes a Region away. */
  void withdraw(String name) {
    server.request("DELETE", GROUP + "/regions/" + name, MERGE, "");
  }

  void namespace(String name) {
    server.apply(
        "/api/v1/namespaces/" + name,
        "{apiVersion: v1, kind: Namespace, metadata: {name: " + name + "}}");
  }

  /** A kubeconfig with the bridge's own rights. */
  String kubeconfig() {
    return server.kubeconfig(server.serviceAccountToken(NAMESPACE, "region-bridge"));
  }

  void routerNode(String name, String address, String podCidr) {
    server.apply(
        "/api/v1/nodes/" + name,
        """
        {apiVersion: v1, kind: Node,
         metadata: {name: %1$s, labels: {netbird-router: 'true', kubernetes.io/hostname: %1$s}},
         spec: {podCIDR: %2$s, podCIDRs: ['%2$s']}}
        """
            .formatted(name, podCidr));
    server.request(
        "PATCH",
        "/api/v1/nodes/" + name + "/status",
        MERGE,
        """
        {"status": {"addresses": [{"type": "InternalIP", "address": "%s"}],
         "conditions": [{"type": "Ready", "status": "True"}]}}
        """
            .formatted(address));
  }

  /** A Service of namespace default with a ClusterIP. */
  void service(String name, int port) {
    server.apply(
        "/api/v1/namespaces/default/services/" + name,
        "{apiVersion: v1, kind: Service, metadata: {name: %s}, spec: {ports: [{name: main, port: %d}]}}"
            .formatted(name, port));
  }

  /** The one slice of a Service, with these ready pods. */
  void pods(String service, int port, String... addresses) {
    StringBuilder endpoints = new StringBuilder();
    for (String address : addresses) {
      endpoints.append("{addresses: [%s], conditions: {ready: true}}, ".formatted(address));
    }
    server.apply(
        "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/" + service + "-1",
        """
        {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,
         metadata: {name: %1$s-1, labels: {kubernetes.io/service-name: %1$s}},
         addressType: IPv4, ports: [{name: main, port: %2$d}], endpoints: [%3$s]}
        """
            .formatted(service, port, endpoints));
  }

  /** Takes a Service away, and its slice. */
  void remove(String name) {
    server.request("DELETE", "/api/v1/namespaces/default/services/" + name, MERGE, "");
    server.request(
        "DELETE",
        "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/" + name + "-1",
        MERGE,
        "");
  }

  /** The Lease of the active gateway. */
  JsonNode lease() throws IOException {
    return JSON.readTree(
        server.request(
            "GET",
            "/apis/coordination.k8s.io/v1/namespaces/" + NAMESPACE + "/leases/region-bridge",
            MERGE,
            ""));
  }

  /** Declares a peer. */
  void region(String name, String spec) {
    server.apply(
        GROUP + "/regions/" + name,
        "{apiVersion: region-bridge.io/v1alpha1, kind: Region, metadata: {name: %s}, spec: %s}"
            .formatted(name, spec));
  }

  /** A Region object as the API server has it. */
  JsonNode region(String name) throws IOException {
    return JSON.readTree(server.request("GET", GROUP + "/regions/" + name, MERGE, ""));
  }

  JsonNode routerNode(String name) throws IOException {
    return JSON.readTree(server.request("GET", GROUP + "/routernodes/" + name, MERGE, ""));
  }

  /** Gives CoreDNS a Corefile, as kubeadm would. */
  void corefile(String text) throws IOException {
    server.apply(
        "/api/v1/namespaces/kube-system/configmaps/coredns",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: coredns}, data: {Corefile: %s}}"
            .formatted(JSON.writeValueAsString(text)));
  }

  /** CoreDNS's Corefile as it is now. */
  String corefile() throws IOException {
    return JSON.readTree(
            server.request("GET", "/api/v1/namespaces/kube-system/configmaps/coredns", MERGE, ""))
        .at("/data/Corefile")
        .asText();
  }

  @Override
  public void close() {
    server.close();
  }

  private void install() throws IOException {
    for (String name : new String[] {"regions", "routernodes"}) {
      String full = name + ".region-bridge.io";
      server.apply(
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + full,
          Files.readString(CHART.resolve("crds").resolve(full + ".yaml")));
    }
    namespace(NAMESPACE);
    server.apply(
        "/api/v1/namespaces/" + NAMESPACE + "/serviceaccounts/region-bridge",
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: region-bridge}}");
    grant();
  }

  /** Gives the bridge the rights of the chart, all of them. */
  void grant() throws IOException {
    bind(new YAMLMapper().readTree(CHART.resolve("rbac-rules.yaml").toFile()));
  }

  /**
   * Gives the bridge the rights of the chart, but for one verb on one resource.
   *
   * @param rules {@code cluster}, {@code system} or {@code namespace}
   */
  void withhold(String rules, String resource, String verb) throws IOException {
    JsonNode all = new YAMLMapper().readTree(CHART.resolve("rbac-rules.yaml").toFile());
    for (JsonNode rule : all.get(rules)) {
      if (texts(rule.get("resources")).contains(resource)) {
        List<String> verbs = texts(rule.get("verbs"));
        verbs.remove(verb);
        // A rule without a verb is none: one that does no harm takes its place.
        ((ObjectNode) rule).putPOJO("verbs", verbs.isEmpty() ? List.of("get") : verbs);
      }
    }
    bind(all);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private void bind(JsonNode rules) {
    bind("ClusterRole", "", rules.get("cluster"));
    bind("Role", "/namespaces/kube-system", rules.get("system"));
    bind("Role", "/namespaces/" + NAMESPACE, rules.get("namespace"));
  }

  private void bind(String kind, String in, JsonNode rules) {
    bind(kind, in, "region-bridge", rules);
  }

  private void bind(String kind, String in, String name, JsonNode rules) {
    String api = "rbac.authorization.k8s.io";
    String plural = kind.equals("Role") ? "roles" : "clusterroles";
    server.apply(
        RBAC + in + "/" + plural + "/" + name,
        "{apiVersion: %s/v1, kind: %s, metadata: {name: %s}, rules: %s}"
            .formatted(api, kind, name, rules));
    server.apply(
        RBAC + in + "/" + plural.replace("roles", "rolebindings") + "/" + name,
        """
        {apiVersion: %1$s/v1, kind: %2$sBinding, metadata: {name: %4$s},
         roleRef: {apiGroup: %1$s, kind: %2$s, name: %4$s},
         subjects: [{kind: ServiceAccount, name: region-bridge, namespace: %3$s}]}
        """
            .formatted(api, kind, NAMESPACE, name));
  }
}
