package io.regionbridge.router.diagnosis;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.Parsed;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks an API server for {@link CiliumFacts}. Only reads. */
final class CiliumProbe {
  private static final String AGENT = "cilium-agent";
  private static final String CLUSTER_MESH = "clustermesh-apiserver";

  private final KubernetesClient client;
  private final Reading reading;

  CiliumProbe(KubernetesClient client, Reading reading) {
    this.client = client;
    this.reading = reading;
  }

  /**
   * Asks once.
   *
   * @param config the ConfigMap {@code cilium-config}, if it exists and can be read
   */
  CiliumFacts look(Optional<ConfigMap> config) {
    Optional<List<CiliumFacts.Policy>> policies =
        list(
                ClusterWatcher.EGRESS_POLICIES,
                "CiliumEgressGatewayPolicy",
                "ciliumegressgatewaypolicies")
            .map(items -> items.stream().map(CiliumProbe::policy).toList());
    if (config.isEmpty()) {
      return new CiliumFacts(Optional.empty(), policies, Optional.empty(), List.of(), false);
    }
    return new CiliumFacts(
        config.flatMap(CiliumProbe::written),
        policies,
        list("ciliumnodes.cilium.io", "CiliumNode", "ciliumnodes").map(CiliumProbe::labels),
        agents(),
        clusterMesh());
  }

  private Optional<List<GenericKubernetesResource>> list(
      String resource, String kind, String plural) {
    ResourceDefinitionContext context =
        new ResourceDefinitionContext.Builder()
            .withGroup("cilium.io")
            .withVersion("v2")
            .withKind(kind)
            .withPlural(plural)
            .withNamespaced(false)
            .build();
    return reading.of(resource, () -> client.genericKubernetesResources(context).list().getItems());
  }

  /** The last write of its content by anybody. */
  private static Optional<Instant> written(ConfigMap config) {
    List<ManagedFieldsEntry> managers = config.getMetadata().getManagedFields();
    return Stream.concat(
            Stream.of(Objects.toString(config.getMetadata().getCreationTimestamp(), "")),
            managers == null
                ? Stream.of()
                : managers.stream().map(m -> Objects.toString(m.getTime(), "")))
        .map(CiliumProbe::instant)
        .flatMap(Optional::stream)
        .max(Instant::compareTo);
  }

  private static Optional<Instant> instant(@Nullable String text) {
    try {
      return text == null || text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty(); // another server's notation
    }
  }

  private static Map<String, Map<String, String>> labels(List<GenericKubernetesResource> nodes) {
    Map<String, Map<String, String>> labels = new TreeMap<>();
    for (GenericKubernetesResource node : nodes) {
      Map<String, String> own = node.getMetadata().getLabels();
      labels.put(node.getMetadata().getName(), own == null ? Map.of() : own);
    }
    return labels;
  }

  private List<CiliumFacts.Agent> agents() {
    return reading
        .of(
            "pods of Cilium",
            () -> client.pods().inAnyNamespace().withLabel("k8s-app", "cilium").list().getItems())
        .orElse(List.of())
        .stream()
        .map(CiliumProbe::agent)
        .toList();
  }

  private static CiliumFacts.Agent agent(Pod pod) {
    return new CiliumFacts.Agent(
        Objects.toString(pod.getSpec().getNodeName(), ""),
        Readiness.isPodReady(pod),
        pod.getStatus() == null
            ? Optional.empty()
            : pod.getStatus().getContainerStatuses().stream()
                .filter(container -> container.getName().equals(AGENT))
                .map(CiliumProbe::started)
                .flatMap(Optional::stream)
                .findFirst());
  }

  private static Optional<Instant> started(ContainerStatus container) {
    return container.getState() == null || container.getState().getRunning() == null
        ? Optional.empty()
        : instant(container.getState().getRunning().getStartedAt());
  }

  /** Services may be read by more people than Deployments, the bridge among them. */
  private boolean clusterMesh() {
    return reading
        .of(
            "services",
            () -> client.services().inNamespace(ClusterWatcher.SYSTEM).withName(CLUSTER_MESH).get())
        .isPresent();
  }

  private static CiliumFacts.Policy policy(GenericKubernetesResource policy) {
    Map<String, String> labels = policy.getMetadata().getLabels();
    List<CiliumFacts.Exit> exits = new ArrayList<>();
    // With an entry here, Cilium does not look at the other field.
    if (policy.get("spec", "egressGateways") instanceof List<?> several && !several.isEmpty()) {
      several.forEach(exit -> exits.add(exit(exit)));
    } else if (policy.get("spec", "egressGateway") instanceof Map<?, ?> one) {
      exits.add(exit(one));
    }
    return new CiliumFacts.Policy(
        policy.getMetadata().getName(),
        labels != null && OwnNames.areOn(labels),
        selective(policy.get("spec", "selectors")),
        ranges(policy.get("spec", "destinationCIDRs")),
        ranges(policy.get("spec", "excludedCIDRs")),
        exits);
  }

  private static CiliumFacts.Exit exit(@Nullable Object json) {
    Map<?, ?> exit = json instanceof Map<?, ?> map ? map : Map.of();
    return new CiliumFacts.Exit(
        NodeSelector.of(exit.get("nodeSelector")),
        text(exit.get("interface")),
        text(exit.get("egressIP")));
  }

  private static Optional<String> text(@Nullable Object json) {
    return json instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
  }

  private static boolean selective(@Nullable Object selectors) {
    return !(selectors instanceof List<?> rules)
        || rules.stream()
            .allMatch(rule ->
                rule instanceof Map<?, ?> one
                    && (one.containsKey("podSelector") || one.containsKey("namespaceSelector")));
  }

  private static List<Cidr> ranges(@Nullable Object json) {
    List<Cidr> ranges = new ArrayList<>();
    if (json instanceof List<?> texts) {
      for (Object text : texts) {
        if (Cidr.parse(String.valueOf(text)) instanceof Parsed.Valid(Cidr range)) {
          ranges.add(range);
        }
      }
    }
    return ranges;
  }
}
