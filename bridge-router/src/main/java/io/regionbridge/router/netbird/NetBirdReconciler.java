package io.regionbridge.router.netbird;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.NetBirdWorkload;
import io.regionbridge.router.discovery.NetBirdWorkload.Kind;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.WriteBackoff;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
 * <p>A NetworkRouter is told by the override that it has for this; the Deployment of the older
 * operator is told itself. Both by server-side apply, so that the two fields are known to be ours
 * and {@link #withdraw} can take them back; the rest of the objects is not touched. Each write
 * restarts the router's pods, and with them tunnels: where somebody undoes it time and again, it is
 * written less and less often, and the condition says so.
 */
public final class NetBirdReconciler {
  /** The condition that a look comes to. */
  public static final String CONDITION = "NetBirdHostNetwork";

  private static final Logger log = LoggerFactory.getLogger(NetBirdReconciler.class);

  /** After the first write, later ones of the same object wait for this, doubled each time. */
  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private final KubernetesClient client;
  private final String namespace;
  private final Clock clock;
  private final WriteBackoff backoff;
  private final Map<String, Writes> written = new HashMap<>();
  private final Map<String, Finding> failures = new HashMap<>();

  /** How often an object was written, and when it may be written next. */
  private record Writes(int count, Instant next) {
    private static final int MOST = 10;

    Writes another(Instant now) {
      Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(count, MOST));
      return new Writes(
          count + 1, now.plus(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait));
    }
  }

  /**
   * @param namespace that NetBird's operator makes its routers in
   */
  public NetBirdReconciler(KubernetesClient client, String namespace, Clock clock) {
    this.client = client;
    this.namespace = namespace;
    this.clock = clock;
    this.backoff = new WriteBackoff(clock);
  }

  /** Makes it so, as far as it is not. */
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

  /** Forgets how often it wrote: somebody else does now. */
  public void forget() {
    written.clear();
  }

  private Optional<Finding> write(NetBirdWorkload workload) {
    String what = name(workload);
    Instant now = clock.instant();
    Writes before = written.getOrDefault(what, new Writes(0, Instant.MIN));
    if (now.isBefore(before.next())) {
      return before.count() < 2
          ? Optional.empty() // the watch may not have shown the first one yet
          : Optional.of(
              no(
                  "Contested",
                  what
                      + " was set "
                      + before.count()
                      + " times and somebody undoes it: find out who writes it (kubectl get"
                      + " --show-managed-fields), or switch kubernetes.netbird.hostNetwork off"));
    }
    if (!backoff.permits(what)) {
      return Optional.ofNullable(failures.get(what));
    }
    try {
      apply(workload, fields(workload.kind()), workload.resourceVersion());
      written.put(what, before.another(now));
      backoff.succeeded(what);
      log.info("set the host network in {}", what);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return Optional.empty(); // changed meanwhile: the next look sees it as it is
      }
      log.warn("cannot set the host network in {}: {}", what, ErrorText.of(e));
      Finding failure =
          e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
              ? no(
                  "Forbidden",
                  "cannot patch "
                      + what
                      + ": forbidden; give the ServiceAccount the verb patch on it")
              : no("WriteFailed", "cannot patch " + what + ": " + ErrorText.of(e));
      backoff.failed(what);
      failures.put(what, failure);
      return Optional.of(failure);
    }
  }

  private static Finding no(String reason, String message) {
    return new Finding(CONDITION, State.FALSE, reason, message);
  }

  /**
   * Takes back what any bridge ever set; what somebody else has set as well stays.
   *
   * @param dryRun only says where
   * @return where, as people would call it
   * @throws KubernetesClientException if it cannot be read or written
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
    PatchContext apply = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
    apply.setFieldManager(OwnNames.MANAGER);
    apply.setForce(true);
    boolean router = workload.kind() == Kind.NETWORK_ROUTER;
    client
        .genericKubernetesResources(ClusterWatcher.netBird(workload.kind()))
        .inNamespace(namespace)
        .withName(workload.name())
        .patch(
            apply,
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
