package io.regionbridge.api.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The objects of the Multi-Cluster Services API in the cluster of one region. */
record ClusterSetMember(RegionCluster cluster, String region) {
  static final String NAMESPACE = "demo";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MERGE = "application/merge-patch+json";
  private static final String GROUP = "/apis/multicluster.x-k8s.io/";
  private static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/demo/endpointslices";

  /** Installs the API, in the versions that are named. */
  void install(String... versions) throws IOException {
    for (String name : List.of("serviceexports", "serviceimports")) {
      String full = name + ".multicluster.x-k8s.io";
      try (var in = ClusterSetMember.class.getResourceAsStream(full + ".yaml")) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        JsonNode crd = new YAMLMapper().readTree(text);
        boolean first = true;
        for (JsonNode version : crd.at("/spec/versions")) {
          boolean served = List.of(versions).contains(version.path("name").asText());
          ((ObjectNode) version).put("served", served).put("storage", served && first);
          first &= !served;
        }
        cluster
            .server()
            .apply(
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + full, crd.toString());
      }
    }
  }

  void namespace() {
    cluster
        .server()
        .apply(
            "/api/v1/namespaces/" + NAMESPACE,
            "{apiVersion: v1, kind: Namespace, metadata: {name: demo}}");
  }

  /** The Service {@code hello} with a spec; its name and labels are as the tests want them. */
  void service(String spec) {
    cluster
        .server()
        .apply(
            "/api/v1/namespaces/demo/services/hello",
            """
            {apiVersion: v1, kind: Service,
             metadata: {name: hello, labels: {mine: label}, annotations: {mine: annotation}},
             spec: %s}
            """
                .formatted(spec));
  }

  /**
   * The endpoints of {@code hello}, all ready, those without hostname in zone z1: address, or
   * hostname=address.
   */
  void pods(String ports, String... pods) {
    StringBuilder endpoints = new StringBuilder();
    for (String pod : pods) {
      String[] parts = pod.split("=", 2);
      endpoints.append(
          parts.length == 1
              ? "{addresses: [%s], zone: z1, conditions: {ready: true}}, ".formatted(parts[0])
              : "{addresses: [%s], hostname: %s, conditions: {ready: true}}, "
                  .formatted(parts[1], parts[0]));
    }
    cluster
        .server()
        .apply(
            SLICES + "/hello-1",
            """
            {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,
             metadata: {name: hello-1, labels: {kubernetes.io/service-name: hello}},
             addressType: IPv4, ports: %s, endpoints: [%s]}
            """
                .formatted(ports, endpoints));
  }

  void export(String version, String spec) {
    cluster
        .server()
        .apply(
            GROUP + version + "/namespaces/demo/serviceexports/hello",
            "{apiVersion: multicluster.x-k8s.io/%s, kind: ServiceExport, metadata: {name: hello}, spec: %s}"
                .formatted(version, spec));
  }

  void export() {
    export("v1beta1", "{}");
  }

  void unexport() {
    delete(GROUP + "v1beta1/namespaces/demo/serviceexports/hello");
  }

  void delete(String path) {
    request("DELETE", path);
  }

  /** What the API server says; an empty object if it has no such thing. */
  private String request(String method, String path) {
    try {
      return cluster.server().request(method, path, MERGE, "");
    } catch (IllegalStateException e) {
      if (String.valueOf(e.getMessage()).startsWith("%s %s: 404".formatted(method, path))) {
        return "{}";
      }
      throw e;
    }
  }

  /**
   * Sends a request with the bridge's own rights.
   *
   * @return why the API server refused it; empty if it did not
   */
  String asTheBridge(String method, String path, String object) {
    String token = cluster.server().serviceAccountToken("region-bridge", "region-bridge");
    boolean apply = method.equals("PATCH");
    try {
      cluster
          .server()
          .requestAs(
              token,
              method,
              apply ? path + "?fieldManager=region-bridge&force=true" : path,
              apply ? "application/apply-patch+yaml" : MERGE,
              object);
      return "";
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Takes away what tests made of {@code hello}. */
  void clear() {
    unexport();
    delete("/api/v1/namespaces/demo/services/hello");
    delete(SLICES + "/hello-1");
  }

  /** The ServiceImport; an empty object if there is none. */
  JsonNode serviceImport() throws IOException {
    return serviceImport("v1beta1");
  }

  JsonNode serviceImport(String version) throws IOException {
    JsonNode found = get(GROUP + version + "/namespaces/demo/serviceimports/hello");
    return found.path("kind").asText().equals("ServiceImport") ? found : JSON.createObjectNode();
  }

  boolean imported() throws IOException {
    return !serviceImport().isEmpty();
  }

  /** {@code status reason} of a condition of the ServiceExport. */
  String condition(String type) throws IOException {
    return condition("v1beta1", type);
  }

  String condition(String version, String type) throws IOException {
    JsonNode export = get(GROUP + version + "/namespaces/demo/serviceexports/hello");
    for (JsonNode condition : export.at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText() + " " + condition.path("reason").asText();
      }
    }
    return "none";
  }

  /** The EndpointSlices that were made for imports. */
  List<JsonNode> slices() throws IOException {
    List<JsonNode> slices = new ArrayList<>();
    get(SLICES + "?labelSelector=multicluster.kubernetes.io/service-name")
        .path("items")
        .forEach(slices::add);
    return slices;
  }

  /** {@code region address} of each endpoint in them. */
  Set<String> endpoints() throws IOException {
    Set<String> all = new TreeSet<>();
    for (JsonNode slice : slices()) {
      String source = label(slice, "multicluster.kubernetes.io/source-cluster");
      slice
          .path("endpoints")
          .forEach(endpoint -> all.add(source + " " + endpoint.at("/addresses/0").asText()));
    }
    return all;
  }

  static String label(JsonNode object, String key) {
    return object.path("metadata").path("labels").path(key).asText();
  }

  /** The objects made for imports and their versions: equal if nobody wrote any. */
  Set<String> written() throws IOException {
    Set<String> all = new TreeSet<>();
    for (String path :
        List.of(
            GROUP + "v1beta1/serviceimports",
            "/api/v1/services?labelSelector=multicluster.kubernetes.io/service-name",
            SLICES + "?labelSelector=multicluster.kubernetes.io/service-name")) {
      get(path)
          .path("items")
          .forEach(object ->
              all.add(
                  object.at("/metadata/name").asText()
                      + " "
                      + object.at("/metadata/resourceVersion").asText()));
    }
    return all;
  }

  JsonNode get(String path) throws IOException {
    return JSON.readTree(request("GET", path));
  }
}
