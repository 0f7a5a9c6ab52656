package io.regionbridge.router.netbird;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.NetBirdWorkload;
import io.regionbridge.router.discovery.NetBirdWorkload.Kind;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.ObjectWriter;
import io.regionbridge.router.kubernetes.ObjectWriter.Outcome;
import io.regionbridge.router.kubernetes.OwnNames;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@code hostNetwork} and {@code dnsPolicy} of NetBird's router pods. Each call looks, writes
 * what differs, and says how it stands; called again after each change, by the active gateway
 * alone. Owned by one thread; blocks.
 *
 * <p>In a NetworkRouter, the two fields are set in its {@code workloadOverride}; in a Deployment of
 * the older operator, in the pod template. Server-side apply records that they are ours, so {@link
 * #withdraw} can remove them; the rest of the objects is not touched. Each write restarts the
 * router's pods and interrupts their tunnels: while another writer undoes it, it is written less
 * and less often, and the condition says so.
 */
public final class NetBirdReconciler {
  /** The condition of the last look. */
  public static final String CONDITION = "NetBirdHostNetwork";

  private static final Logger log = LoggerFactory.getLogger(NetBirdReconciler.class);

  /** Each write restarts the router's pods. */
  private static final ObjectWriter.Pace PACE =
      new ObjectWriter.Pace(Duration.ofSeconds(5), Duration.ofMinutes(10), 2);

  private final KubernetesClient client;
  private final String namespace;
  private final ObjectWriter writer;

  /**
   * @param namespace of the routers that NetBird's operator makes
   */
  public NetBirdReconciler(KubernetesClient client, String namespace, Clock clock) {
    this.client = client;
    this.namespace = namespace;
    this.writer = new ObjectWriter(clock, PACE);
  }

  /** Writes what differs, and returns the condition. */
  public Finding reconcile(ClusterView view) {
    HostNetworkPlan plan = HostNetworkPlan.of(view);
    if (plan.unreadable().isPresent()) {
      return no("Unreadable", plan.unreadable().get());
    }
    if (plan.routers() == 0) {
      return no(
          "RouterNotFound",
          "no NetworkRouter and no Deployment of a NetBird router in namespace "
              + namespace
              + ": set kubernetes.netbird.namespace to where they are");
    }
    List<Finding> problems = new ArrayList<>();
    plan.writes().forEach(workload -> write(workload).ifPresent(problems::add));
    if (!problems.isEmpty()) {
      return problems.getFirst();
    }
    if (!plan.writes().isEmpty() || !plan.behind().isEmpty()) {
      return new Finding(
          CONDITION,
          State.UNKNOWN,
          "Pending",
          plan.behind().isEmpty()
              ? "just written"
              : "NetBird's operator has not taken the override over: Deployment "
                  + String.join(", ", plan.behind()));
    }
    return new Finding(
        CONDITION, State.TRUE, "Kept", "NetBird's router pods are on the host network");
  }

  /** Forgets its writes: another gateway writes from now on. */
  public void forget() {
    writer.forget();
  }

  private Optional<Finding> write(NetBirdWorkload workload) {
    String what = name(workload);
    Map<String, Object> fields = fields(workload.kind());
    Outcome outcome =
        writer.write(
            what,
            fields,
            workload.resourceVersion(),
            () -> apply(workload, fields, workload.resourceVersion()));
    return switch (outcome) {
      case Outcome.Written() -> {
        log.info("set the host network in {}", what);
        yield Optional.empty();
      }
      case Outcome.Pending(), Outcome.Changed() -> Optional.empty();
      case Outcome.Contested contested ->
          Optional.of(
              no(
                  "Contested",
                  contested.problem().orElseThrow()
                      + ", or switch kubernetes.netbird.hostNetwork off"));
      case Outcome.Failed(String reason, String message) -> Optional.of(no(reason, message));
    };
  }

  private static Finding no(String reason, String message) {
    return new Finding(CONDITION, State.FALSE, reason, message);
  }

  /**
   * Removes what any bridge ever set, and returns the names of the objects. What somebody else has
   * set as well stays.
   *
   * @param dryRun removes nothing
   * @throws KubernetesClientException if objects cannot be read or written
   */
  public List<String> withdraw(boolean dryRun) {
    List<String> ours = new ArrayList<>();
    ours.addAll(withdraw(Kind.NETWORK_ROUTER, dryRun));
    ours.addAll(withdraw(Kind.LEGACY_DEPLOYMENT, dryRun));
    return List.copyOf(ours);
  }

  private List<String> withdraw(Kind kind, boolean dryRun) {
    List<String> ours = new ArrayList<>();
    List<GenericKubernetesResource> found;
    try {
      found =
          client
              .genericKubernetesResources(ClusterWatcher.netBird(kind))
              .inNamespace(namespace)
              .list()
              .getItems();
    } catch (KubernetesClientException e) {
      // Without the right to look there was none to write; without the resource there is nothing.
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
    for (GenericKubernetesResource object : found) {
      List<ManagedFieldsEntry> managers = object.getMetadata().getManagedFields();
      if (managers != null
          && managers.stream().anyMatch(m -> OwnNames.MANAGER.equals(m.getManager()))) {
        NetBirdWorkload workload =
            new NetBirdWorkload(kind, object.getMetadata().getName(), "", false, "", "");
        if (!dryRun) {
          apply(workload, Map.of(), object.getMetadata().getResourceVersion());
        }
        ours.add(name(workload));
      }
    }
    return ours;
  }

  private String name(NetBirdWorkload workload) {
    return (workload.kind() == Kind.NETWORK_ROUTER ? "NetworkRouter " : "Deployment ")
        + namespace
        + "/"
        + workload.name();
  }

  private static Map<String, Object> fields(Kind kind) {
    Map<String, Object> pod =
        Map.of("spec", Map.of("hostNetwork", true, "dnsPolicy", HostNetworkPlan.DNS_POLICY));
    return kind == Kind.NETWORK_ROUTER
        ? Map.of("spec", Map.of("workloadOverride", Map.of("podTemplate", pod)))
        : Map.of("spec", Map.of("template", pod));
  }

  /** The version keeps it from creating an object that has gone meanwhile. */
  private void apply(NetBirdWorkload workload, Map<String, Object> fields, String version) {
    boolean router = workload.kind() == Kind.NETWORK_ROUTER;
    client
        .genericKubernetesResources(ClusterWatcher.netBird(workload.kind()))
        .inNamespace(namespace)
        .withName(workload.name())
        .patch(
            ObjectWriter.apply(),
            new GenericKubernetesResourceBuilder()
                .withApiVersion(router ? "netbird.io/v1alpha1" : "apps/v1")
                .withKind(router ? "NetworkRouter" : "Deployment")
                .withNewMetadata()
                .withName(workload.name())
                .withNamespace(namespace)
                .withResourceVersion(version)
                .endMetadata()
                .withAdditionalProperties(fields)
                .build());
  }
}
