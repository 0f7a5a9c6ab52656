package io.regionbridge.router.coredns;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import io.regionbridge.router.discovery.ConfigMapFacts;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.ManagedFields;
import io.regionbridge.router.kubernetes.ObjectWriter;
import io.regionbridge.router.kubernetes.ObjectWriter.Outcome;
import io.regionbridge.router.kubernetes.OwnNames;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out {@link CoreDnsPlan}s. Each call looks, writes what differs, and says how it stands;
 * called again after each change it sees, by the active gateway alone. Blocks.
 */
public final class CoreDnsReconciler {
  /** The condition of the last look. */
  public static final String CONDITION = "CoreDNSConfigured";

  /** The condition that says whether something bypasses what we configure. */
  public static final String BYPASS = "NodeLocalDNS";

  private static final Logger log = LoggerFactory.getLogger(CoreDnsReconciler.class);
  private static final String RKE2 = "rke2-coredns";
  private static final int MOST_NAMED = 5;

  private static final String WHAT = "CoreDNS's configuration";
  private static final ObjectWriter.Pace PACE =
      new ObjectWriter.Pace(Duration.ofSeconds(1), Duration.ofMinutes(5), 3);

  private final KubernetesClient client;
  private final ObjectWriter writer;

  public CoreDnsReconciler(KubernetesClient client, Clock clock) {
    this.client = client;
    this.writer = new ObjectWriter(clock, PACE);
  }

  /**
   * Makes CoreDNS forward the zones.
   *
   * @param upstreams the bridges
   * @param nowhere what is missing if there are none
   * @param complete whether these are all zones; if not, no forwarded zone is removed
   */
  public List<Finding> reconcile(
      ClusterView view,
      List<ForwardedZones> zones,
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
          carryOut(
              CoreDnsPlan.of(view, zones, upstreams), new Write(zones, upstreams, view, complete));
      List<String> taken = CoreDnsPlan.taken(view, zones);
      findings.add(taken.isEmpty() || done.state() != State.TRUE ? done : taken(taken));
    }
    bypass(view, zones).ifPresent(findings::add);
    return findings;
  }

  /** Whether pods ask somebody who does not know the zones. */
  static Optional<Finding> bypass(ClusterView view, List<ForwardedZones> zones) {
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

  /** Removes all that bridges ever wrote. */
  public Finding withdraw(ClusterView view) {
    return carryOut(
        CoreDnsPlan.of(view, List.of(), List.of()), new Write(List.of(), List.of(), view, true));
  }

  /**
   * What a write is for.
   *
   * @param view that it was planned by
   * @param complete whether these are all zones
   */
  private record Write(
      List<ForwardedZones> zones,
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

  /** What {@link #withdraw} would remove, if anything. */
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

  private Finding carryOut(CoreDnsPlan plan, Write write) {
    return switch (plan) {
      case CoreDnsPlan.Nothing() -> standing(write);
      case CoreDnsPlan.Impossible(String reason, String message) ->
          new Finding(CONDITION, State.FALSE, reason, message);
      case CoreDnsPlan.CustomKey(_, Optional<String> content) ->
          write(write, ClusterWatcher.COREDNS_CUSTOM, () -> writeCustomKey(content));
      case CoreDnsPlan.Corefile corefile ->
          write(write, ClusterWatcher.COREDNS, () -> writeCorefile(corefile));
      case CoreDnsPlan.HelmValues(Optional<String> values) -> writeHelmValues(values, write);
    };
  }

  private Finding write(Write write, String map, Runnable request) {
    return finding(
        writer.write(WHAT, write.content(), write.version(map), request),
        write.changedBy(map),
        "ConfigMap kube-system/" + map);
  }

  private Finding finding(Outcome outcome, Optional<String> changedBy, String object) {
    return switch (outcome) {
      case Outcome.Failed(String reason, String message) ->
          new Finding(CONDITION, State.FALSE, reason, message);
      case Outcome.Changed() -> changed();
      case Outcome.Written(), Outcome.Pending(), Outcome.Contested(_, _) ->
          undone(changedBy, object).orElseGet(CoreDnsReconciler::configured);
    };
  }

  /** It is in the desired state, at least for now. */
  private Finding standing(Write write) {
    boolean custom = CoreDnsKind.of(write.view()) instanceof CoreDnsKind.Imported;
    String map = custom ? ClusterWatcher.COREDNS_CUSTOM : ClusterWatcher.COREDNS;
    return undone(write.changedBy(map), "ConfigMap kube-system/" + map)
        .orElseGet(CoreDnsReconciler::configured);
  }

  /** That somebody undoes it, if somebody does. */
  private Optional<Finding> undone(Optional<String> who, String what) {
    return writer
        .contested(WHAT)
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

  /** Server-side apply owns the one key: it leaves all others, and removes it when left out. */
  private void writeCustomKey(Optional<String> content) {
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
        .patch(ObjectWriter.apply());
    log.info(
        "{} key {} of ConfigMap coredns-custom",
        content.isPresent() ? "wrote" : "removed",
        CoreDnsPlan.KEY);
  }

  /** One key holds everybody's text, so the whole object is replaced, if it is still the same. */
  private void writeCorefile(CoreDnsPlan.Corefile plan) {
    Resource<ConfigMap> resource =
        client.configMaps().inNamespace(ClusterWatcher.SYSTEM).withName(ClusterWatcher.COREDNS);
    ConfigMap now = resource.get();
    if (now == null) {
      throw new KubernetesClientException(
          "ConfigMap coredns was deleted", HttpURLConnection.HTTP_CONFLICT, null);
    }
    Map<String, String> data = new HashMap<>(now.getData());
    data.put(CoreDnsKind.COREFILE, plan.corefile());
    client
        .configMaps()
        .inNamespace(ClusterWatcher.SYSTEM)
        .resource(
            new ConfigMapBuilder(now)
                .editMetadata()
                .withResourceVersion(plan.before().resourceVersion())
                .endMetadata()
                .withData(data)
                .build())
        .update();
    log.info("changed the block of region-bridge in ConfigMap coredns");
  }

  private Finding writeHelmValues(Optional<String> values, Write write) {
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
    String what = "HelmChartConfig kube-system/" + RKE2;
    GenericKubernetesResource now;
    try {
      now = resource.get();
    } catch (KubernetesClientException e) {
      return new Finding(
          CONDITION,
          State.FALSE,
          "WriteFailed",
          "cannot read %s: %s".formatted(what, ErrorText.of(e)));
    }
    if (now != null && !OwnNames.areOn(now.getMetadata().getLabels())) {
      return values.isEmpty()
          ? configured()
          : new Finding(
              CONDITION,
              State.FALSE,
              "HelmChartConfigNotOurs",
              what
                  + " exists and is not ours: add the regions' servers to its valuesContent, or"
                  + " delete it");
    }
    String version = now == null ? "" : now.getMetadata().getResourceVersion();
    Optional<String> who =
        now == null
            ? Optional.empty()
            : ManagedFields.lastOther(now.getMetadata(), OwnNames.MANAGER);
    if (values.isEmpty()) {
      return now == null
          ? configured()
          : finding(writer.delete(WHAT, version, resource), who, what);
    }
    String before = now != null && now.get("spec", "valuesContent") instanceof String s ? s : "";
    if (values.get().equals(before)) {
      return undone(who, what).orElseGet(CoreDnsReconciler::configured);
    }
    if (!write.complete() && Rke2Values.givesUpAZone(before, values.get())) {
      return waiting();
    }
    // The values hold the servers of others too: where those change, nobody undoes anything.
    return finding(
        writer.write(
            WHAT,
            values.get(),
            version,
            () -> {
              resource.patch(ObjectWriter.apply(), chartConfig(values.get()));
              log.info("wrote {}", what);
            }),
        who,
        what);
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
