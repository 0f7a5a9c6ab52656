package io.regionbridge.router.diagnosis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.regionbridge.router.discovery.ClusterWatcher;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks an API server for {@link ClusterFacts}. Only reads. */
public final class ClusterProbe {
  private static final List<String> DEFINITIONS =
      List.of("regions.region-bridge.io", "routernodes.region-bridge.io");
  private static final List<String> CONFIG_MAPS =
      List.of(
          ClusterWatcher.COREDNS,
          ClusterWatcher.COREDNS_CUSTOM,
          ClusterWatcher.RKE2_COREDNS,
          ClusterWatcher.NODE_LOCAL_DNS,
          ClusterWatcher.CILIUM_CONFIG);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final String LEASE = "region-bridge";
  private static final String LABEL = "app.kubernetes.io/name";

  private final KubernetesClient client;
  private final KubernetesClient asBridge;
  private final String rightsOf;
  private final String namespace;
  private final String routerLabel;
  private final Clock clock;
  private final Map<String, String> unreadable = new TreeMap<>();

  /**
   * A probe.
   *
   * @param client whoever asks
   * @param asBridge with the rights of the bridge's ServiceAccount; may be the same
   * @param rightsOf whose rights these are, in words
   * @param namespace that the bridge is installed in
   * @param routerLabel {@code key=value} or {@code key}
   */
  public ClusterProbe(
      KubernetesClient client,
      KubernetesClient asBridge,
      String rightsOf,
      String namespace,
      String routerLabel,
      Clock clock) {
    this.client = client;
    this.asBridge = asBridge;
    this.rightsOf = rightsOf;
    this.namespace = namespace;
    this.routerLabel = routerLabel;
    this.clock = clock;
  }

  /**
   * Asks everything once.
   *
   * @throws KubernetesClientException if the API server does not answer at all, or not to us
   */
  public ClusterFacts look() {
    String version = client.getKubernetesVersion().getGitVersion();
    Optional<Duration> clockAhead = clockAhead();
    List<Right> required = required();
    List<Right> missing = missing(required);
    Map<String, List<String>> definitions = definitions();
    List<Node> nodes = read("nodes", () -> client.nodes().list().getItems()).orElse(List.of());
    Map<String, Map<String, String>> configMaps = configMaps();
    Optional<ClusterFacts.Lease> lease = lease();
    List<ClusterFacts.BridgePod> bridges = bridges();
    return new ClusterFacts(
        client.getMasterUrl().toString(),
        version,
        clockAhead,
        unreadable,
        rightsOf,
        required.size(),
        missing,
        definitions,
        routerLabel,
        nodes.size(),
        nodes.stream().filter(this::labelled).map(ClusterProbe::router).toList(),
        configMaps,
        lease,
        bridges,
        clock.instant());
  }

  private <T> Optional<T> read(String resource, Supplier<@Nullable T> how) {
    try {
      return Optional.ofNullable(how.get());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        unreadable.put(
            resource,
            e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                ? "forbidden"
                : String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      }
      return Optional.empty();
    }
  }

  private Optional<Duration> clockAhead() {
    Instant before = clock.instant();
    try {
      HttpResponse<String> response =
          client
              .getHttpClient()
              .sendAsync(
                  client
                      .getHttpClient()
                      .newHttpRequestBuilder()
                      .uri(client.getMasterUrl() + "version")
                      .build(),
                  String.class)
              .join();
      Instant after = clock.instant();
      Instant middle = before.plus(Duration.between(before, after).dividedBy(2));
      // The header has whole seconds: on average it is half a second late.
      return response.headers("Date").stream()
          .findFirst()
          .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
          .map(date -> Duration.between(middle, date.plusMillis(500)));
    } catch (CompletionException | DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Rights in API groups that this cluster does not have are of no use. */
  private List<Right> required() {
    Set<String> groups = new HashSet<>(Set.of(""));
    read("apigroups", () -> client.getApiGroups())
        .ifPresent(list -> list.getGroups().forEach(group -> groups.add(group.getName())));
    return RequiredRights.in(namespace, Optional.empty()).stream()
        .filter(right -> groups.contains(right.group()))
        .toList();
  }

  private List<Right> missing(List<Right> required) {
    List<Right> missing = new ArrayList<>();
    for (Right right : required) {
      Optional<Boolean> allowed = read("selfsubjectaccessreviews", () -> allowed(right));
      if (allowed.isEmpty()) {
        return List.of();
      }
      if (!allowed.get()) {
        missing.add(right);
      }
    }
    return missing;
  }

  /** By the plain interface: the client's model of this group would be another megabyte. */
  private @Nullable Boolean allowed(Right right) {
    String[] resource = right.resource().split("/", 2);
    ObjectNode review = JSON.createObjectNode();
    review.put("apiVersion", "authorization.k8s.io/v1").put("kind", "SelfSubjectAccessReview");
    ObjectNode attributes = review.putObject("spec").putObject("resourceAttributes");
    attributes.put("group", right.group()).put("resource", resource[0]).put("verb", right.verb());
    attributes.put("name", right.name()).put("namespace", right.namespace());
    attributes.put("subresource", resource.length > 1 ? resource[1] : "");
    String answer = asBridge.raw(REVIEWS, "POST", review);
    try {
      return answer == null ? null : JSON.readTree(answer).at("/status/allowed").asBoolean();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, List<String>> definitions() {
    Map<String, List<String>> found = new TreeMap<>();
    for (String name : DEFINITIONS) {
      Optional<CustomResourceDefinition> there =
          read(
              "customresourcedefinitions.apiextensions.k8s.io",
              () -> client.apiextensions().v1().customResourceDefinitions().withName(name).get());
      found.put(
          name, there.map(crd -> lacks(name, crd)).orElse(List.of("everything: it is absent")));
    }
    return found;
  }

  /** The fields of this version's definition that the one in the cluster does not have. */
  private static List<String> lacks(String name, CustomResourceDefinition there) {
    try (InputStream in = ClusterProbe.class.getResourceAsStream("crds/" + name + ".yaml")) {
      JsonNode ours = new YAMLMapper().readTree(Objects.requireNonNull(in, name));
      JsonNode theirs = JSON.valueToTree(there);
      Set<String> fields = fields(ours.at("/spec/versions/0/schema/openAPIV3Schema"), "");
      fields.removeAll(fields(theirs.at("/spec/versions/0/schema/openAPIV3Schema"), ""));
      return fields.stream().sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> fields(JsonNode schema, String path) {
    Set<String> fields = new HashSet<>();
    schema
        .path("properties")
        .properties()
        .forEach(property -> {
          String name = path + "." + property.getKey();
          fields.add(name);
          fields.addAll(fields(property.getValue(), name));
        });
    if (schema.has("items")) {
      fields.addAll(fields(schema.path("items"), path + "[]"));
    }
    return fields;
  }

  private boolean labelled(Node node) {
    int equals = routerLabel.indexOf('=');
    String key = equals < 0 ? routerLabel : routerLabel.substring(0, equals);
    String value = Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of()).get(key);
    return value != null && (equals < 0 || value.equals(routerLabel.substring(equals + 1)));
  }

  private static ClusterFacts.Router router(Node node) {
    return new ClusterFacts.Router(
        node.getMetadata().getName(),
        Readiness.isNodeReady(node),
        node.getStatus() == null
            ? List.of()
            : node.getStatus().getAddresses().stream().map(NodeAddress::getAddress).toList());
  }

  private Map<String, Map<String, String>> configMaps() {
    Map<String, Map<String, String>> found = new TreeMap<>();
    for (String name : CONFIG_MAPS) {
      Optional<ConfigMap> map =
          read(
              "configmaps " + name,
              () -> client.configMaps().inNamespace(ClusterWatcher.SYSTEM).withName(name).get());
      map.ifPresent(
          there -> found.put(name, Optional.ofNullable(there.getData()).orElse(Map.of())));
    }
    return found;
  }

  private Optional<ClusterFacts.Lease> lease() {
    Optional<Lease> lease =
        read(
            "leases.coordination.k8s.io",
            () -> client.leases().inNamespace(namespace).withName(LEASE).get());
    return lease
        .map(Lease::getSpec)
        .map(spec ->
            new ClusterFacts.Lease(
                Optional.ofNullable(spec.getHolderIdentity()).orElse(""),
                Optional.ofNullable(spec.getRenewTime()).map(ZonedDateTime::toInstant),
                Duration.ofSeconds(
                    Optional.ofNullable(spec.getLeaseDurationSeconds()).orElse(15))));
  }

  private List<ClusterFacts.BridgePod> bridges() {
    return read(
            "pods",
            () ->
                client
                    .pods()
                    .inNamespace(namespace)
                    .withLabel(LABEL, "region-bridge")
                    .list()
                    .getItems())
        .orElse(List.of())
        .stream()
        .map(ClusterProbe::bridge)
        .toList();
  }

  private static ClusterFacts.BridgePod bridge(Pod pod) {
    String image = pod.getSpec().getContainers().getFirst().getImage();
    String version = image.substring(image.lastIndexOf(image.contains("@") ? '@' : ':') + 1);
    return new ClusterFacts.BridgePod(
        pod.getMetadata().getName(),
        Optional.ofNullable(pod.getSpec().getNodeName()).orElse(""),
        Readiness.isPodReady(pod),
        version);
  }
}
