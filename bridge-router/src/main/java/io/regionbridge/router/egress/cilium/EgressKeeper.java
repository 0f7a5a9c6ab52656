package io.regionbridge.router.egress.cilium;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.EgressPolicyFacts;
import io.regionbridge.router.egress.EgressEngine;
import io.regionbridge.router.egress.EgressGateway;
import io.regionbridge.router.egress.EgressPlan;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.egress.EgressReport.Region;
import io.regionbridge.router.egress.EgressReport.State;
import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.egress.cilium.CiliumState.Obstacle;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.EventRecorder;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries plans out through Cilium's policies. Each call looks, writes what differs, and says how
 * it stands; called again after each change. Owned by one thread; blocks.
 *
 * <p>Writes name the version of the object that they replace, so that one that is late changes
 * nothing. A policy that was just written is not written again until the watch has shown it.
 */
public final class EgressKeeper {
  private static final Logger log = LoggerFactory.getLogger(EgressKeeper.class);
  private static final int UNPROCESSABLE = 422;

  /** After this time without news of an object that was written, it is written once more. */
  private static final Duration NEWS = Duration.ofSeconds(10);

  private static final String API = "cilium.io/v2";
  private static final String KIND = "CiliumEgressGatewayPolicy";
  private static final ResourceDefinitionContext POLICIES =
      new ResourceDefinitionContext.Builder()
          .withGroup("cilium.io")
          .withVersion("v2")
          .withKind(KIND)
          .withPlural("ciliumegressgatewaypolicies")
          .withNamespaced(false)
          .build();

  private final KubernetesClient client;
  private final EventRecorder events;
  private final Clock clock;
  private final WriteBackoff backoff;
  private final Map<String, Obstacle> obstacles = new HashMap<>();
  private final Map<String, Attempt> attempts = new HashMap<>();
  private boolean ipv6 = true;

  /** A write that succeeded, and the version that the watch showed before it. */
  private record Attempt(CiliumPolicy policy, String versionBefore, Instant at) {}

  public EgressKeeper(KubernetesClient client, EventRecorder events, Clock clock) {
    this.client = client;
    this.events = events;
    this.clock = clock;
    this.backoff = new WriteBackoff(clock);
  }

  /** The region that a policy of ours is for. */
  public static String region(EgressPolicyFacts policy) {
    return CiliumPolicy.region(policy);
  }

  /** How it stands; writes nothing. For those who are not the active gateway. */
  public EgressReport look(
      ClusterView view, EgressPlan plan, Optional<EgressGateway> gateway, EgressSettings settings) {
    attempts.clear();
    return switch (settings.engine()) {
      case AUTO, CILIUM ->
          new EgressReport(
              EgressEngine.CILIUM, CiliumPlan.of(view, plan, gateway, settings, ipv6).regions());
      case ROUTES -> new EgressReport(EgressEngine.ROUTES, routed(plan, gateway));
      case NONE -> new EgressReport(EgressEngine.NONE, disabled(plan));
    };
  }

  /** Makes the policies what they ought to be. For the active gateway, with a permit. */
  public EgressReport keep(
      ClusterView view, EgressPlan plan, Optional<EgressGateway> gateway, EgressSettings settings) {
    return switch (settings.engine()) {
      case AUTO, CILIUM ->
          new EgressReport(EgressEngine.CILIUM, cilium(view, plan, gateway, settings));
      case ROUTES -> {
        takeBack(view);
        yield new EgressReport(EgressEngine.ROUTES, routed(plan, gateway));
      }
      case NONE -> {
        takeBack(view);
        yield new EgressReport(EgressEngine.NONE, disabled(plan));
      }
    };
  }

  private void takeBack(ClusterView view) {
    CiliumPlan.of(
            view, EgressPlan.EMPTY, Optional.empty(), EgressSettings.of(EgressEngine.NONE), ipv6)
        .removals()
        .forEach(this::removed);
  }

  private List<Region> cilium(
      ClusterView view, EgressPlan plan, Optional<EgressGateway> gateway, EgressSettings settings) {
    CiliumPlan todo = CiliumPlan.of(view, plan, gateway, settings, ipv6);
    Map<String, EgressPolicyFacts> present = new HashMap<>();
    view.egressPolicies().forEach(policy -> present.put(policy.name(), policy));
    attempts
        .entrySet()
        .removeIf(attempt ->
            !attempt.getValue().versionBefore().equals(version(present.get(attempt.getKey())))
                || attempt.getValue().at().plus(NEWS).isBefore(clock.instant()));
    boolean ipv6Before = ipv6;
    Map<String, Obstacle> failures = new HashMap<>();
    for (CiliumPolicy policy : todo.writes()) {
      written(policy, Optional.ofNullable(present.get(policy.name())))
          .ifPresent(failure -> failures.put(policy.region(), failure));
    }
    for (EgressPolicyFacts policy : todo.removals()) {
      removed(policy).ifPresent(failure -> failures.put(CiliumPolicy.region(policy), failure));
    }
    if (ipv6Before && !ipv6) {
      return cilium(view, plan, gateway, settings);
    }
    return todo.regions().stream()
        .map(region ->
            Optional.ofNullable(failures.get(region.name()))
                .map(failure -> with(region, State.BLOCKED, failure))
                .orElse(region))
        .toList();
  }

  private static String version(@Nullable EgressPolicyFacts policy) {
    return policy == null ? "" : policy.resourceVersion();
  }

  private Optional<Obstacle> written(CiliumPolicy policy, Optional<EgressPolicyFacts> before) {
    Attempt last = attempts.get(policy.name());
    if (last != null && last.policy().equals(policy)) {
      return Optional.empty(); // the watch has not shown it yet
    }
    if (!backoff.permits(policy.name())) {
      return Optional.ofNullable(obstacles.get(policy.name()));
    }
    try {
      Optional<String> present =
          before.map(EgressPolicyFacts::resourceVersion).filter(v -> !v.isEmpty());
      List<List<String>> intruders = before.map(policy::intruders).orElse(List.of());
      GenericKubernetesResource now =
          applied(
              policy,
              intruders.isEmpty()
                  ? present
                  : Optional.of(cleared(policy.name(), before.orElseThrow(), intruders)));
      attempts.put(
          policy.name(), new Attempt(policy, version(before.orElse(null)), clock.instant()));
      backoff.succeeded(policy.name());
      tell(policy, before, now);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return failed(policy, e);
    }
  }

  /**
   * Says all that is wanted, annotations included.
   *
   * @param version that it replaces; empty: there is none
   */
  private GenericKubernetesResource applied(CiliumPolicy policy, Optional<String> version) {
    PatchContext apply = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
    apply.setFieldManager(EgressPolicyFacts.MANAGER);
    apply.setForce(true);
    GenericKubernetesResource wanted =
        new GenericKubernetesResourceBuilder()
            .withApiVersion(API)
            .withKind(KIND)
            .withNewMetadata()
            .withName(policy.name())
            .withResourceVersion(version.orElse(null))
            .addToLabels(EgressPolicyFacts.MANAGED_BY, EgressPolicyFacts.MANAGER)
            .addToLabels(CiliumPolicy.REGION, policy.region())
            .addToAnnotations(policy.annotations())
            .endMetadata()
            .addToAdditionalProperties("spec", policy.spec())
            .build();
    return resource(policy.name()).patch(apply, wanted);
  }

  /** Takes fields out that somebody else has put there, and returns the version without them. */
  private String cleared(String name, EgressPolicyFacts before, List<List<String>> intruders) {
    PatchContext patch = PatchContext.of(PatchType.JSON);
    patch.setFieldManager(EgressPolicyFacts.MANAGER);
    List<Map<String, Object>> steps = new ArrayList<>();
    steps.add(
        Map.of(
            "op", "test", "path", "/metadata/resourceVersion", "value", before.resourceVersion()));
    intruders.forEach(path -> steps.add(Map.of("op", "remove", "path", pointer(path))));
    return resource(name)
        .patch(patch, Serialization.asJson(steps))
        .getMetadata()
        .getResourceVersion();
  }

  /** A path as a JSON pointer (RFC 6901, section 3). */
  private static String pointer(List<String> path) {
    return path.stream()
        .map(name -> "/" + name.replace("~", "~0").replace("/", "~1"))
        .collect(Collectors.joining());
  }

  private Optional<Obstacle> removed(EgressPolicyFacts policy) {
    if (!backoff.permits(policy.name())) {
      return Optional.ofNullable(obstacles.get(policy.name()));
    }
    try {
      resource(policy.name()).lockResourceVersion(policy.resourceVersion()).delete();
      backoff.succeeded(policy.name());
      log.info("removed egress policy {}", policy.name());
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
          || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return Optional.empty(); // gone, or changed: the next look sees it as it is
      }
      log.warn("cannot remove egress policy {}: {}", policy.name(), ErrorText.of(e));
      return Optional.of(
          heldBack(
              policy.name(),
              new Obstacle(
                  "RemovalFailed", "cannot remove " + policy.name() + ": " + ErrorText.of(e))));
    }
  }

  /** It is tried again later, and until then this is why it is not as it ought to be. */
  private Obstacle heldBack(String name, Obstacle why) {
    backoff.failed(name);
    obstacles.put(name, why);
    return why;
  }

  private Optional<Obstacle> failed(CiliumPolicy policy, KubernetesClientException e) {
    if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
      return Optional.of(new Obstacle("Changed", "changed meanwhile, looking at it again"));
    }
    if (e.getCode() == UNPROCESSABLE
        && ipv6
        && policy.spec().toString().contains(":")
        && String.valueOf(e.getMessage()).contains("destinationCIDRs")) {
      log.info("Cilium's policies take no IPv6 ranges here");
      ipv6 = false;
      return Optional.empty();
    }
    log.warn("cannot write egress policy {}: {}", policy.name(), ErrorText.of(e));
    return Optional.of(
        heldBack(
            policy.name(),
            new Obstacle(
                e.getCode() == HttpURLConnection.HTTP_FORBIDDEN ? "Forbidden" : "WriteFailed",
                "cannot write " + policy.name() + ": " + ErrorText.of(e))));
  }

  private void tell(
      CiliumPolicy policy, Optional<EgressPolicyFacts> before, GenericKubernetesResource now) {
    String to = policy.hostname();
    String from = before.flatMap(CiliumPolicy::hostname).orElse("");
    String reason;
    String note;
    if (before.isEmpty()) {
      reason = "EgressWritten";
      note = "traffic to region %s leaves by %s".formatted(policy.region(), to);
    } else if (!from.equals(to)) {
      reason = "EgressMoved";
      note =
          "traffic to region %s leaves by %s, no longer by %s".formatted(policy.region(), to, from);
    } else {
      reason = "EgressRewritten";
      note = "the policy was not as it ought to be: written again";
    }
    log.info("egress policy {}: {}", policy.name(), note);
    String uid = now.getMetadata().getUid();
    events.tell(
        new EventRecorder.Subject(API, KIND, policy.name(), uid == null ? "" : uid),
        EventRecorder.Type.NORMAL,
        reason,
        "Apply",
        note);
  }

  private Resource<GenericKubernetesResource> resource(String name) {
    return client.genericKubernetesResources(POLICIES).withName(name);
  }

  private static List<Region> routed(EgressPlan plan, Optional<EgressGateway> gateway) {
    List<Region> regions = new ArrayList<>();
    for (EgressPlan.RegionEgress egress : plan.regions()) {
      Region none = CiliumPlan.empty(egress);
      if (egress.destinations().isEmpty()) {
        regions.add(none);
      } else if (gateway.isEmpty()) {
        regions.add(with(none, State.BLOCKED, CiliumPlan.NO_GATEWAY));
      } else {
        String node = gateway.get().node();
        regions.add(
            new Region(
                egress.region(),
                State.APPLIED,
                "Routed",
                "nodes with an agent route %s to %s"
                    .formatted(CiliumPlan.join(egress.destinations().stream()), node),
                egress.destinations(),
                Optional.of(node),
                gateway.get().interfaceName(),
                egress.refusals(),
                List.of()));
      }
    }
    return regions;
  }

  private static List<Region> disabled(EgressPlan plan) {
    Obstacle off = new Obstacle("Disabled", "egress.engine is none: somebody else sees to it");
    return plan.regions().stream()
        .map(egress -> with(CiliumPlan.empty(egress), State.DISABLED, off))
        .toList();
  }

  private static Region with(Region region, State state, Obstacle said) {
    return new Region(
        region.name(),
        state,
        said.reason(),
        said.message(),
        region.destinations(),
        region.node(),
        region.interfaceName(),
        region.refusals(),
        region.foreign());
  }
}
