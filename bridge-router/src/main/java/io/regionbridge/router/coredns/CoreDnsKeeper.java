package io.regionbridge.router.coredns;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.WriteBackoff;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out {@link CoreDnsPlan}s. Each call looks, writes what differs, and says how it stands;
 * called again after each change it sees, by the active gateway alone. Blocks.
 */
public final class CoreDnsKeeper {
  /** The condition that a look comes to. */
  public static final String CONDITION = "CoreDNSConfigured";

  /** The condition that says whether something bypasses what we configure. */
  public static final String BYPASS = "NodeLocalDNS";

  private static final Logger log = LoggerFactory.getLogger(CoreDnsKeeper.class);
  private static final String MANAGER = "region-bridge";
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String RKE2 = "rke2-coredns";

  private final KubernetesClient client;
  private final WriteBackoff backoff;
  private Optional<Finding> lastFailure = Optional.empty();

  public CoreDnsKeeper(KubernetesClient client, Clock clock) {
    this.client = client;
    this.backoff = new WriteBackoff(clock);
  }

  /**
   * Makes CoreDNS forward the zones, if it does not do so already.
   *
   * @param upstreams the bridges
   * @param nowhere what is missing if there are none
   * @param complete whether these are all zones; if not, no zone that is forwarded is given up
   */
  public List<Finding> keep(
      ClusterView view,
      List<ForwardZone> zones,
      List<InetSocketAddress> upstreams,
      String nowhere,
      boolean complete) {
    List<Finding> findings = new ArrayList<>(2);
    if (upstreams.isEmpty()) {
      findings.add(
          new Finding(
              CONDITION, State.FALSE, "NoUpstream", nowhere + ": CoreDNS is left as it is"));
    } else {
      Finding done = tried(CoreDnsPlan.of(view, zones, upstreams), complete);
      findings.add(
          CoreDnsPlan.taken(view, zones)
              .filter(_ -> done.state() == State.TRUE)
              .map(CoreDnsKeeper::taken)
              .orElse(done));
    }
    if (view.configMaps().containsKey(ClusterWatcher.NODE_LOCAL_DNS)) {
      findings.add(
          new Finding(
              BYPASS,
              State.TRUE,
              "NodeLocalDNSCacheFound",
              "pods ask NodeLocal DNSCache, which does not read CoreDNS's own blocks: add the"
                  + " regions' domains to ConfigMap kube-system/node-local-dns"));
    }
    return findings;
  }

  /** Takes away whatever we ever wrote. */
  public Finding withdraw(ClusterView view) {
    return tried(CoreDnsPlan.of(view, List.of(), List.of()), true);
  }

  /** What {@link #withdraw} would take away; empty if there is nothing of ours. */
  public static Optional<String> present(ClusterView view) {
    return switch (CoreDnsPlan.of(view, List.of(), List.of())) {
      case CoreDnsPlan.Nothing() -> Optional.empty();
      case CoreDnsPlan.Impossible(String reason, String message)
          when reason.equals("CoreDNSNotFound") ->
          Optional.empty();
      case CoreDnsPlan.Impossible(String reason, String message) -> Optional.of(message);
      case CoreDnsPlan.CustomKey(_, _) ->
          Optional.of("key " + CoreDnsPlan.KEY + " of ConfigMap kube-system/coredns-custom");
      case CoreDnsPlan.Corefile corefile ->
          Optional.of("the block in ConfigMap kube-system/coredns");
      case CoreDnsPlan.HelmValues(_) ->
          Optional.of("HelmChartConfig kube-system/" + RKE2 + ", if it is ours");
    };
  }

  private Finding tried(CoreDnsPlan plan, boolean complete) {
    if (!complete && plan.givesUpAZone()) {
      return waiting();
    }
    if (lastFailure.isPresent() && !backoff.permits(CONDITION)) {
      return lastFailure.get();
    }
    try {
      Finding done = carriedOut(plan, complete);
      lastFailure = Optional.empty();
      backoff.succeeded(CONDITION);
      return done;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return new Finding(
            CONDITION, State.UNKNOWN, "Changed", "changed meanwhile, looking at it again");
      }
      log.warn("cannot write CoreDNS's configuration: {}", ErrorText.of(e));
      Finding failure =
          new Finding(
              CONDITION,
              State.FALSE,
              e.getCode() == HttpURLConnection.HTTP_FORBIDDEN ? "Forbidden" : "WriteFailed",
              "cannot write CoreDNS's configuration: " + ErrorText.of(e));
      lastFailure = Optional.of(failure);
      backoff.failed(CONDITION);
      return failure;
    }
  }

  private Finding carriedOut(CoreDnsPlan plan, boolean complete) {
    return switch (plan) {
      case CoreDnsPlan.Nothing() -> configured();
      case CoreDnsPlan.Impossible(String reason, String message) ->
          new Finding(CONDITION, State.FALSE, reason, message);
      case CoreDnsPlan.CustomKey(_, Optional<String> content) -> customKey(content);
      case CoreDnsPlan.Corefile corefile -> corefile(corefile);
      case CoreDnsPlan.HelmValues(Optional<String> values) -> helmValues(values, complete);
    };
  }

  private static Finding taken(String where) {
    return new Finding(
        CONDITION,
        State.FALSE,
        "ZoneTaken",
        "not ours to forward: "
            + where
            + ": CoreDNS loads no zone twice; remove it there, and the bridge forwards it");
  }

  private static Finding waiting() {
    return new Finding(
        CONDITION,
        State.UNKNOWN,
        "RegionsNotKnown",
        "not all regions were heard of yet: CoreDNS goes on as it is");
  }

  private static Finding configured() {
    return new Finding(
        CONDITION, State.TRUE, "Forwarding", "CoreDNS forwards the regions' domains here");
  }

  /** Server-side apply owns the one key: it leaves all others, and takes it away when left out. */
  private Finding customKey(Optional<String> content) {
    ConfigMapBuilder map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(ClusterWatcher.COREDNS_CUSTOM)
            .withNamespace(ClusterWatcher.SYSTEM)
            .endMetadata();
    content.ifPresent(text -> map.addToData(CoreDnsPlan.KEY, text));
    client
        .configMaps()
        .inNamespace(ClusterWatcher.SYSTEM)
        .resource(map.build())
        .fieldManager(MANAGER)
        .forceConflicts()
        .serverSideApply();
    log.info(
        "{} key {} of ConfigMap coredns-custom",
        content.isPresent() ? "wrote" : "removed",
        CoreDnsPlan.KEY);
    return configured();
  }

  /** One key holds everybody's text, so the whole object is replaced, if it is still the same. */
  private Finding corefile(CoreDnsPlan.Corefile plan) {
    Resource<ConfigMap> resource =
        client.configMaps().inNamespace(ClusterWatcher.SYSTEM).withName(ClusterWatcher.COREDNS);
    ConfigMap now = resource.get();
    if (now == null
        || !now.getMetadata().getResourceVersion().equals(plan.before().resourceVersion())) {
      return new Finding(
          CONDITION, State.UNKNOWN, "Changed", "changed meanwhile, looking at it again");
    }
    Map<String, String> data = new HashMap<>(now.getData());
    data.put(CoreDnsKind.COREFILE, plan.corefile());
    client
        .configMaps()
        .inNamespace(ClusterWatcher.SYSTEM)
        .resource(new ConfigMapBuilder(now).withData(data).build())
        .update();
    log.info("changed the block of region-bridge in ConfigMap coredns");
    return configured();
  }

  private Finding helmValues(Optional<String> values, boolean complete) {
    Resource<GenericKubernetesResource> resource =
        client
            .genericKubernetesResources(
                new ResourceDefinitionContext.Builder()
                    .withGroup("helm.cattle.io")
                    .withVersion("v1")
                    .withKind("HelmChartConfig")
                    .withPlural("helmchartconfigs")
                    .withNamespaced(true)
                    .build())
            .inNamespace(ClusterWatcher.SYSTEM)
            .withName(RKE2);
    GenericKubernetesResource now = resource.get();
    Map<String, String> labels = now == null ? null : now.getMetadata().getLabels();
    if (now != null && (labels == null || !MANAGER.equals(labels.get(MANAGED_BY)))) {
      return values.isEmpty()
          ? configured()
          : new Finding(
              CONDITION,
              State.FALSE,
              "HelmChartConfigNotOurs",
              "HelmChartConfig kube-system/rke2-coredns exists and is not ours: add the regions'"
                  + " servers to its valuesContent, or delete it");
    }
    if (values.isEmpty()) {
      if (now != null) {
        resource.delete();
        log.info("deleted HelmChartConfig rke2-coredns");
      }
      return configured();
    }
    String before = now != null && now.get("spec", "valuesContent") instanceof String s ? s : "";
    if (values.get().equals(before)) {
      return configured();
    }
    if (!complete && ForwardedZones.givenUp(before, values.get())) {
      return waiting();
    }
    PatchContext apply = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
    apply.setFieldManager(MANAGER);
    apply.setForce(true);
    resource.patch(apply, chartConfig(values.get()));
    log.info("wrote HelmChartConfig rke2-coredns");
    return configured();
  }

  private static GenericKubernetesResource chartConfig(String values) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion("helm.cattle.io/v1")
        .withKind("HelmChartConfig")
        .withNewMetadata()
        .withName(RKE2)
        .withNamespace(ClusterWatcher.SYSTEM)
        .addToLabels(MANAGED_BY, MANAGER)
        .endMetadata()
        .addToAdditionalProperties("spec", Map.of("valuesContent", values))
        .build();
  }
}
