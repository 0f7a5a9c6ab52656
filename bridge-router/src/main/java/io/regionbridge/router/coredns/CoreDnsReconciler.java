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
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.ManagedFields;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.Rewrites;
import io.regionbridge.router.kubernetes.WriteBackoff;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out {@link CoreDnsPlan}s. Each call looks, writes what differs, and says how it stands;
 * called again after each change it sees, by the active gateway alone. Blocks.
 */
public final class CoreDnsReconciler {
  /** The condition that a look comes to. */
  public static final String CONDITION = "CoreDNSConfigured";

  /** The condition that says whether something bypasses what we configure. */
  public static final String BYPASS = "NodeLocalDNS";

  private static final Logger log = LoggerFactory.getLogger(CoreDnsReconciler.class);
  private static final String RKE2 = "rke2-coredns";
  private static final int MOST_NAMED = 5;

  private final KubernetesClient client;
  private final WriteBackoff backoff;
  private final Rewrites rewrites;
  private Optional<Finding> lastFailure = Optional.empty();

  public CoreDnsReconciler(KubernetesClient client, Clock clock) {
    this.client = client;
    this.backoff = new WriteBackoff(clock);
    this.rewrites = new Rewrites(clock);
  }

  /**
   * Makes CoreDNS forward the zones, if it does not do so already.
   *
   * @param upstreams the bridges
   * @param nowhere what is missing if there are none
   * @param complete whether these are all zones; if not, no zone that is forwarded is given up
   */
  public List<Finding> reconcile(
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
    } else if (!complete && CoreDnsPlan.givesUpAZone(view, zones)) {
      findings.add(waiting());
    } else {
      Finding done =
          attempt(
              CoreDnsPlan.of(view, zones, upstreams), new Write(zones, upstreams, view, complete));
      List<String> taken = CoreDnsPlan.taken(view, zones);
      findings.add(taken.isEmpty() || done.state() != State.TRUE ? done : taken(taken));
    }
    bypass(view, zones).ifPresent(findings::add);
    return findings;
  }

  /** Whether pods ask somebody who does not know the zones. */
  static Optional<Finding> bypass(ClusterView view, List<ForwardZone> zones) {
    return ClusterWatcher.NODE_LOCAL_DNS.stream()
        .map(view.configMaps()::get)
        .filter(Objects::nonNull)
        .findFirst()
        .map(map -> {
          List<String> unknown =
              NodeLocalDns.unknown(
                  map.data().getOrDefault(CoreDnsKind.COREFILE, ""),
                  zones.stream().flatMap(zone -> zone.zones().stream()).toList());
          return unknown.isEmpty()
              ? new Finding(
                  BYPASS,
                  State.FALSE,
                  "DomainsKnown",
                  "NodeLocal DNSCache knows the regions' domains")
              : new Finding(
                  BYPASS,
                  State.TRUE,
                  "DomainsUnknown",
                  "pods ask NodeLocal DNSCache, which does not know %s: add them to ConfigMap"
                          .formatted(shortened(unknown))
                      + " kube-system/"
                      + map.name());
        });
  }

  /** Takes away whatever we ever wrote. */
  public Finding withdraw(ClusterView view) {
    return attempt(
        CoreDnsPlan.of(view, List.of(), List.of()), new Write(List.of(), List.of(), view, true));
  }

  /**
   * What a write is for.
   *
   * @param zones what CoreDNS is to forward
   * @param upstreams where to
   * @param view what it was planned by
   * @param complete whether these are all zones
   */
  private record Write(
      List<ForwardZone> zones,
      List<InetSocketAddress> upstreams,
      ClusterView view,
      boolean complete) {
    /** The same for writes that are to come to the same. */
    Object content() {
      return List.of(zones, upstreams);
    }

    String version(String map) {
      ConfigMapFacts facts = view.configMaps().get(map);
      return facts == null ? "" : facts.resourceVersion();
    }

    Optional<String> changedBy(String map) {
      return Optional.ofNullable(view.configMaps().get(map)).flatMap(ConfigMapFacts::changedBy);
    }
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

  private Finding attempt(CoreDnsPlan plan, Write write) {
    if (lastFailure.isPresent() && !backoff.permits(CONDITION)) {
      return lastFailure.get();
    }
    try {
      Finding done = carryOut(plan, write);
      lastFailure = Optional.empty();
      backoff.succeeded(CONDITION);
      return done;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return changed();
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

  private Finding carryOut(CoreDnsPlan plan, Write write) {
    return switch (plan) {
      case CoreDnsPlan.Nothing() -> standing(write);
      case CoreDnsPlan.Impossible(String reason, String message) ->
          new Finding(CONDITION, State.FALSE, reason, message);
      case CoreDnsPlan.CustomKey(_, Optional<String> content) ->
          write(write, ClusterWatcher.COREDNS_CUSTOM, () -> customKey(content));
      case CoreDnsPlan.Corefile corefile ->
          write(write, ClusterWatcher.COREDNS, () -> corefile(corefile));
      case CoreDnsPlan.HelmValues(Optional<String> values) -> helmValues(values, write);
    };
  }

  /** Writes, unless somebody undoes it each time and it is too soon. */
  private Finding write(Write write, String map, Supplier<Finding> writing) {
    String version = write.version(map);
    if (rewrites.isUnseen(write.content(), version)) {
      return standing(write);
    }
    if (!rewrites.permits(write.content())) {
      return undone(write.changedBy(map), "ConfigMap kube-system/" + map)
          .orElseGet(CoreDnsReconciler::changed);
    }
    Finding done = writing.get();
    if (done.state() == State.TRUE) {
      rewrites.wrote(write.content(), version);
    }
    return undone(write.changedBy(map), "ConfigMap kube-system/" + map).orElse(done);
  }

  /** It is as it ought to be, at least for now. */
  private Finding standing(Write write) {
    boolean custom = CoreDnsKind.of(write.view()) instanceof CoreDnsKind.Imported;
    String map = custom ? ClusterWatcher.COREDNS_CUSTOM : ClusterWatcher.COREDNS;
    return undone(write.changedBy(map), "ConfigMap kube-system/" + map)
        .orElseGet(CoreDnsReconciler::configured);
  }

  /** That somebody undoes it, if somebody does. */
  private Optional<Finding> undone(Optional<String> who, String what) {
    return rewrites
        .contested()
        .map(times ->
            new Finding(
                CONDITION,
                State.FALSE,
                "PutBack",
                "%s puts %s back each time: written %d times, the bridge waits longer and longer; let it"
                        .formatted(who.orElse("somebody"), what, times)
                    + " leave the bridge's blocks alone, or add them to what it writes"));
  }

  private static Finding changed() {
    return new Finding(
        CONDITION, State.UNKNOWN, "Changed", "changed meanwhile, looking at it again");
  }

  private static Finding taken(List<String> where) {
    return new Finding(
        CONDITION,
        State.FALSE,
        "ZoneTaken",
        "not ours to forward: "
            + shortened(where)
            + ": CoreDNS loads no zone twice; remove it there, and the bridge forwards it");
  }

  /** A range may be many zones. */
  private static String shortened(List<String> where) {
    return where.size() <= MOST_NAMED
        ? String.join(", ", where)
        : "%s and %d more"
            .formatted(String.join(", ", where.subList(0, MOST_NAMED)), where.size() - MOST_NAMED);
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
        .fieldManager(OwnNames.MANAGER)
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
      return changed();
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

  private Finding helmValues(Optional<String> values, Write write) {
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
    if (now != null && !OwnNames.areOn(labels)) {
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
    Optional<String> who =
        now == null
            ? Optional.empty()
            : ManagedFields.lastOther(now.getMetadata(), OwnNames.MANAGER);
    String what = "HelmChartConfig kube-system/" + RKE2;
    if (values.get().equals(before)) {
      return undone(who, what).orElseGet(CoreDnsReconciler::configured);
    }
    if (!write.complete() && Rke2Values.givesUpAZone(before, values.get())) {
      return waiting();
    }
    // The values hold the servers of others too: where those change, nobody undoes anything.
    if (!rewrites.permits(values.get())) {
      return undone(who, what).orElseGet(CoreDnsReconciler::changed);
    }
    PatchContext apply = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
    apply.setFieldManager(OwnNames.MANAGER);
    apply.setForce(true);
    resource.patch(apply, chartConfig(values.get()));
    log.info("wrote HelmChartConfig rke2-coredns");
    rewrites.wrote(values.get(), now == null ? "" : now.getMetadata().getResourceVersion());
    return undone(who, what).orElseGet(CoreDnsReconciler::configured);
  }

  private static GenericKubernetesResource chartConfig(String values) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion("helm.cattle.io/v1")
        .withKind("HelmChartConfig")
        .withNewMetadata()
        .withName(RKE2)
        .withNamespace(ClusterWatcher.SYSTEM)
        .addToLabels(OwnNames.MANAGED_BY, OwnNames.MANAGER)
        .endMetadata()
        .addToAdditionalProperties("spec", Map.of("valuesContent", values))
        .build();
  }
}
