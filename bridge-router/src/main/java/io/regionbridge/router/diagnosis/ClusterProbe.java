package io.regionbridge.router.diagnosis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.kubernetes.SecretKeyStore;
import io.regionbridge.router.settings.RegionSettings.Release;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks an API server for {@link ClusterFacts}. Only reads. */
final class ClusterProbe {
  private static final List<String> DEFINITIONS =
      List.of("regions.region-bridge.io", "routernodes.region-bridge.io");
  private static final List<String> CONFIG_MAPS =
      Stream.concat(
              Stream.of(
                  ClusterWatcher.COREDNS,
                  ClusterWatcher.COREDNS_CUSTOM,
                  ClusterWatcher.RKE2_COREDNS),
              ClusterWatcher.NODE_LOCAL_DNS.stream())
          .toList();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

  /** What the Lease is called, and what the label of the chart's other objects says. */
  private static final String NAME = "region-bridge";

  private static final String LABEL = "app.kubernetes.io/name";
  private static final String COMPONENT = "app.kubernetes.io/component";
  private static final String AGENT = "agent";
  private static final String NETBIRD = "netbird.io";
  private static final String ADMIN_LISTEN = "REGION_BRIDGE_ADMIN_LISTEN";

  /** What the variables begin with that name a file with the token. */
  private static final String ADMIN_TOKEN = "REGION_BRIDGE_ADMIN_TOKEN";

  private final KubernetesClient client;
  private final KubernetesClient asBridge;
  private final String rightsOf;
  private final Release release;
  private final Clock clock;
  private final Reading reading = new Reading();

  /**
   * Creates a probe.
   *
   * @param client of the user
   * @param asBridge with the rights of the bridge's ServiceAccount; may be the same
   * @param rightsOf whose rights these are, in words
   */
  public ClusterProbe(
      KubernetesClient client,
      KubernetesClient asBridge,
      String rightsOf,
      Release release,
      Clock clock) {
    this.client = client;
    this.asBridge = asBridge;
    this.rightsOf = rightsOf;
    this.release = release;
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
    Set<String> groups = groups();
    List<Right> required = required(groups);
    List<Right> missing = missing(required);
    Map<String, List<String>> definitions = definitions();
    List<Node> nodes =
        reading.of("nodes", () -> client.nodes().list().getItems()).orElse(List.of());
    List<ClusterFacts.Announced> announced = announced();
    Map<String, ConfigMap> configMaps = configMaps();
    List<String> services = services();
    List<ClusterFacts.Lease> leases = leases();
    List<Pod> bridges = bridges();
    PrivilegeFacts privileges = privileges(bridges, nodes);
    Optional<String> uncreated = uncreated();
    CiliumFacts cilium =
        new CiliumProbe(client, reading)
            .look(Optional.ofNullable(configMaps.get(ClusterWatcher.CILIUM_CONFIG)));
    NetBirdFacts netBird =
        groups.contains(NETBIRD) ? new NetBirdProbe(client, reading).look() : NetBirdFacts.NONE;
    return new ClusterFacts(
        client.getMasterUrl().toString(),
        version,
        clockAhead,
        reading.unreadable(),
        rightsOf,
        required.size(),
        missing,
        definitions,
        release,
        nodes.size(),
        nodes.stream().filter(this::labelled).map(ClusterProbe::router).toList(),
        announced,
        data(configMaps),
        services,
        leases,
        bridges.stream().map(ClusterProbe::bridge).toList(),
        uncreated,
        privileges,
        cilium,
        netBird,
        clock.instant());
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

  private Set<String> groups() {
    Set<String> groups = new HashSet<>(Set.of(""));
    reading
        .of("apigroups", client::getApiGroups)
        .ifPresent(list -> list.getGroups().forEach(group -> groups.add(group.getName())));
    return groups;
  }

  /** Rights in API groups that this cluster does not have are of no use. */
  private List<Right> required(Set<String> groups) {
    return RequiredRights.in(release.namespace(), release.netBird(), release.multiCluster())
        .stream()
        .filter(right -> groups.contains(right.group()))
        .toList();
  }

  private List<Right> missing(List<Right> required) {
    List<Right> missing = new ArrayList<>();
    for (Right right : required) {
      Optional<Boolean> allowed = reading.of("selfsubjectaccessreviews", () -> allowed(right));
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
          reading.of(
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
    String label = release.routerLabel();
    int equals = label.indexOf('=');
    String key = equals < 0 ? label : label.substring(0, equals);
    String value = Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of()).get(key);
    return value != null && (equals < 0 || value.equals(label.substring(equals + 1)));
  }

  private static ClusterFacts.Router router(Node node) {
    String name = node.getMetadata().getName();
    Map<String, String> labels = node.getMetadata().getLabels();
    return new ClusterFacts.Router(
        name,
        labels == null ? name : labels.getOrDefault(PolicyChecks.HOSTNAME, name),
        Readiness.isNodeReady(node),
        node.getStatus() == null
            ? List.of()
            : node.getStatus().getAddresses().stream().map(NodeAddress::getAddress).toList());
  }

  private List<ClusterFacts.Announced> announced() {
    return reading
        .of(
            "routernodes.region-bridge.io",
            () -> client.resources(RouterNode.class).list().getItems())
        .orElse(List.of())
        .stream()
        .map(ClusterProbe::announced)
        .toList();
  }

  private static ClusterFacts.Announced announced(RouterNode node) {
    RouterNodeStatus status = node.getStatus();
    List<Condition> conditions = status == null ? null : status.conditions();
    return new ClusterFacts.Announced(
        node.getMetadata().getName(),
        status == null ? "" : Objects.toString(status.role(), ""),
        Optional.ofNullable(node.getSpec())
            .map(RouterNodeSpec::overlayAddress)
            .filter(address -> !address.isEmpty()),
        conditions == null
            ? List.of()
            : conditions.stream()
                .filter(condition -> condition.status().equals("False"))
                .map(condition -> condition.type() + " is False: " + condition.message())
                .toList());
  }

  private Map<String, ConfigMap> configMaps() {
    Map<String, ConfigMap> found = new TreeMap<>();
    for (String name : CONFIG_MAPS) {
      reading
          .of(
              "configmaps " + name,
              () -> client.configMaps().inNamespace(ClusterWatcher.SYSTEM).withName(name).get())
          .ifPresent(there -> found.put(name, there));
    }
    ciliumConfig().ifPresent(there -> found.put(ClusterWatcher.CILIUM_CONFIG, there));
    return found;
  }

  /** That of kube-system, else the one that there is in another namespace. */
  private Optional<ConfigMap> ciliumConfig() {
    List<ConfigMap> all =
        reading
            .of(
                "configmaps " + ClusterWatcher.CILIUM_CONFIG,
                () ->
                    client
                        .configMaps()
                        .inAnyNamespace()
                        .withField("metadata.name", ClusterWatcher.CILIUM_CONFIG)
                        .list()
                        .getItems())
            .orElse(List.of());
    return all.stream()
        .filter(map -> map.getMetadata().getNamespace().equals(ClusterWatcher.SYSTEM))
        .findFirst()
        .or(() -> all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty());
  }

  private static Map<String, Map<String, String>> data(Map<String, ConfigMap> maps) {
    Map<String, Map<String, String>> data = new TreeMap<>();
    maps.forEach(
        (name, map) -> data.put(name, Optional.ofNullable(map.getData()).orElse(Map.of())));
    return data;
  }

  /** Where CoreDNS may forward to instead of to nodes. */
  private List<String> services() {
    return reading
        .of(
            "services",
            () ->
                client
                    .services()
                    .inNamespace(release.namespace())
                    .withLabel(LABEL, NAME)
                    .withoutLabel(COMPONENT, "metrics")
                    .list()
                    .getItems())
        .orElse(List.of())
        .stream()
        .flatMap(service -> service.getSpec().getClusterIPs().stream())
        .toList();
  }

  /** All of that name; where only our own may be read, that one. */
  private List<ClusterFacts.Lease> leases() {
    return reading
        .of(
            "leases of other namespaces",
            () ->
                client.leases().inAnyNamespace().withField("metadata.name", NAME).list().getItems())
        .or(() ->
            reading
                .of(
                    "leases.coordination.k8s.io",
                    () -> client.leases().inNamespace(release.namespace()).withName(NAME).get())
                .map(List::of))
        .orElse(List.of())
        .stream()
        .map(ClusterProbe::lease)
        .toList();
  }

  private static ClusterFacts.Lease lease(Lease lease) {
    Optional<LeaseSpec> spec = Optional.ofNullable(lease.getSpec());
    return new ClusterFacts.Lease(
        lease.getMetadata().getNamespace(),
        spec.map(LeaseSpec::getHolderIdentity).orElse(""),
        spec.map(LeaseSpec::getRenewTime).map(ZonedDateTime::toInstant),
        Duration.ofSeconds(spec.map(LeaseSpec::getLeaseDurationSeconds).orElse(15)));
  }

  private List<Pod> bridges() {
    return reading
        .of(
            "pods",
            () ->
                client
                    .pods()
                    .inNamespace(release.namespace())
                    .withLabel(LABEL, NAME)
                    .withLabelNotIn(COMPONENT, AGENT, "test", "uninstall")
                    .list()
                    .getItems())
        .orElse(List.of());
  }

  private PrivilegeFacts privileges(List<Pod> bridges, List<Node> nodes) {
    List<Pod> agents =
        reading
            .of(
                "pods",
                () ->
                    client
                        .pods()
                        .inNamespace(release.namespace())
                        .withLabel(LABEL, NAME)
                        .withLabel(COMPONENT, AGENT)
                        .list()
                        .getItems())
            .orElse(List.of());
    return new PrivilegeFacts(
        bridges.stream().map(ClusterProbe::privileged).toList(),
        agents.stream()
            .map(pod -> new PrivilegeFacts.Agent(pod.getMetadata().getName(), account(pod)))
            .toList(),
        release.tunnels() ? keys(nodes) : Map.of());
  }

  private static PrivilegeFacts.Bridge privileged(Pod pod) {
    List<EnvVar> environment = pod.getSpec().getContainers().getFirst().getEnv();
    return new PrivilegeFacts.Bridge(
        pod.getMetadata().getName(),
        account(pod),
        environment.stream()
            .filter(variable -> variable.getName().equals(ADMIN_LISTEN))
            .map(variable -> Objects.toString(variable.getValue(), ""))
            .findFirst()
            .orElse(""),
        environment.stream().anyMatch(variable -> variable.getName().startsWith(ADMIN_TOKEN)));
  }

  private static String account(Pod pod) {
    return Objects.requireNonNullElse(pod.getSpec().getServiceAccountName(), "default");
  }

  /** What {@link Reading} calls a Secret. */
  static String secret(String name) {
    return "secrets " + name;
  }

  /** Which keys there are; the keys themselves are let go at once. */
  private Map<String, Set<String>> keys(List<Node> nodes) {
    Map<String, Set<String>> keys = new TreeMap<>();
    Stream.concat(
            Stream.of(SecretKeyStore.SHARED),
            nodes.stream()
                .filter(this::labelled)
                .map(node -> SecretKeyStore.name(node.getMetadata().getName())))
        .forEach(name ->
            reading
                .of(
                    secret(name),
                    () -> client.secrets().inNamespace(release.namespace()).withName(name).get())
                .ifPresent(found ->
                    keys.put(
                        name,
                        found.getData() == null
                            ? Set.of()
                            : Set.copyOf(found.getData().keySet()))));
    return keys;
  }

  /** The last error of a DaemonSet's controller, which retries forever. */
  private Optional<String> uncreated() {
    return reading
        .of(
            "events",
            () ->
                client
                    .v1()
                    .events()
                    .inNamespace(release.namespace())
                    .withField("reason", "FailedCreate")
                    .withField("involvedObject.kind", "DaemonSet")
                    .list()
                    .getItems())
        .orElse(List.of())
        .stream()
        .filter(event -> event.getMessage() != null)
        .max(Comparator.comparing(event -> Objects.toString(event.getLastTimestamp(), "")))
        .map(Event::getMessage);
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
