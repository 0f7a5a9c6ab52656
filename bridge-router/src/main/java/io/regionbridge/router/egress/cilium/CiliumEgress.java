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
import io.regionbridge.router.egress.EgressDriver;
import io.regionbridge.router.egress.EgressInputs;
import io.regionbridge.router.egress.EgressPlan;
import io.regionbridge.router.egress.EgressReport;
import io.regionbridge.router.egress.EgressReport.Region;
import io.regionbridge.router.egress.EgressReport.State;
import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.egress.cilium.CiliumState.Obstacle;
import io.regionbridge.router.kubernetes.ErrorText;
import io.regionbridge.router.kubernetes.EventRecorder;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.WriteBackoff;
import io.regionbridge.router.net.Cidr;
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
public final class CiliumEgress implements EgressDriver {
  private static final Logger log = LoggerFactory.getLogger(CiliumEgress.class);
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
  private Optional<Boolean> nodeSelectors = Optional.empty();

  /** A write that succeeded, and the version that the watch showed before it. */
  private record Attempt(CiliumPolicy policy, String versionBefore, Instant at) {}

  public CiliumEgress(KubernetesClient client, EventRecorder events, Clock clock) {
    this.client = client;
    this.events = events;
    this.clock = clock;
    this.backoff = new WriteBackoff(clock);
  }

  /** The region that a policy of ours is for. */
  public static String region(EgressPolicyFacts policy) {
    return CiliumPolicy.region(policy);
  }

  @Override
  public EgressReport observe(EgressInputs inputs) {
    attempts.clear();
    return new EgressReport(
        EgressSettings.Engine.CILIUM,
        CiliumPlan.of(inputs, new CiliumSchema(ipv6, CiliumPolicy.selectNodes(inputs.view())))
            .regions());
  }

  @Override
  public EgressReport apply(EgressInputs inputs) {
    return new EgressReport(EgressSettings.Engine.CILIUM, write(inputs));
  }

  /** Takes back whatever was written. For the active gateway, with a permit. */
  public void withdraw(ClusterView view) {
    CiliumPlan.of(
            new EgressInputs(
                view,
                EgressPlan.EMPTY,
                Optional.empty(),
                List.of(),
                EgressSettings.of(EgressSettings.Engine.NONE)),
            new CiliumSchema(ipv6, false))
        .removals()
        .forEach(this::remove);
  }

  private List<Region> write(EgressInputs inputs) {
    CiliumPlan todo = CiliumPlan.of(inputs, new CiliumSchema(ipv6, nodeSelectors(inputs)));
    Map<String, EgressPolicyFacts> present = new HashMap<>();
    inputs.view().egressPolicies().forEach(policy -> present.put(policy.name(), policy));
    attempts
        .entrySet()
        .removeIf(attempt ->
            !attempt.getValue().versionBefore().equals(version(present.get(attempt.getKey())))
                || attempt.getValue().at().plus(NEWS).isBefore(clock.instant()));
    boolean ipv6Before = ipv6;
    Map<String, Obstacle> failures = new HashMap<>();
    for (CiliumPolicy policy : todo.writes()) {
      write(policy, Optional.ofNullable(present.get(policy.name())))
          .ifPresent(failure -> failures.put(policy.region(), failure));
    }
    for (EgressPolicyFacts policy : todo.removals()) {
      remove(policy).ifPresent(failure -> failures.put(CiliumPolicy.region(policy), failure));
    }
    if (ipv6Before && !ipv6) {
      return write(inputs);
    }
    return todo.regions().stream()
        .map(region ->
            Optional.ofNullable(failures.get(region.name()))
                .map(failure -> region.with(State.BLOCKED, failure.reason(), failure.message()))
                .orElse(region))
        .toList();
  }

  /**
   * Whether Cilium's schema takes a node selector for pods. One that does not know it would drop it
   * and take the policy for one of all pods, so it is asked without writing anything.
   */
  private boolean nodeSelectors(EgressInputs inputs) {
    if (inputs.standbys().isEmpty()
        || inputs.plan().regions().isEmpty()
        || CiliumState.obstacle(inputs.view()).isPresent()) {
      return nodeSelectors.orElse(false);
    }
    if (nodeSelectors.isEmpty() && CiliumPolicy.selectNodes(inputs.view())) {
      nodeSelectors = Optional.of(true); // another bridge has found out
    }
    if (nodeSelectors.isEmpty() && backoff.permits(CiliumPolicy.TRIAL)) {
      PatchContext trial = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
      trial.setFieldManager(OwnNames.MANAGER);
      trial.setForce(true);
      trial.setDryRun(List.of("All"));
      CiliumPolicy policy =
          CiliumPolicy.ofNode(
              CiliumPolicy.TRIAL,
              List.of(Cidr.of("192.0.2.0/24")), // RFC 5737: for documentation
              inputs.standbys().getFirst(),
              inputs.settings());
      try {
        GenericKubernetesResource stored =
            resource(policy.name()).patch(trial, wanted(policy, Optional.empty()));
        nodeSelectors =
            Optional.of(
                stored.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec
                    && CiliumPolicy.selectsNodes(spec));
        backoff.succeeded(CiliumPolicy.TRIAL);
      } catch (KubernetesClientException e) {
        backoff.failed(CiliumPolicy.TRIAL);
        log.warn("cannot find out what Cilium's policies take: {}", ErrorText.of(e));
      }
      if (nodeSelectors.equals(Optional.of(false))) {
        log.warn(
            "this Cilium's policies select no pods by node: pods on router nodes other than the"
                + " active gateway do not reach other regions as long as these nodes have routes of"
                + " their own; update Cilium, or keep pods off router nodes");
      }
    }
    return nodeSelectors.orElse(false);
  }

  private static String version(@Nullable EgressPolicyFacts policy) {
    return policy == null ? "" : policy.resourceVersion();
  }

  private Optional<Obstacle> write(CiliumPolicy policy, Optional<EgressPolicyFacts> before) {
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
          apply(
              policy,
              intruders.isEmpty()
                  ? present
                  : Optional.of(clear(policy.name(), before.orElseThrow(), intruders)));
      attempts.put(
          policy.name(), new Attempt(policy, version(before.orElse(null)), clock.instant()));
      backoff.succeeded(policy.name());
      tell(policy, before, now);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return explain(policy, e);
    }
  }

  /**
   * Says all that is wanted, annotations included.
   *
   * @param version that it replaces; empty: there is none
   */
  private GenericKubernetesResource apply(CiliumPolicy policy, Optional<String> version) {
    PatchContext apply = PatchContext.of(PatchType.SERVER_SIDE_APPLY);
    apply.setFieldManager(OwnNames.MANAGER);
    apply.setForce(true);
    return resource(policy.name()).patch(apply, wanted(policy, version));
  }

  private static GenericKubernetesResource wanted(CiliumPolicy policy, Optional<String> version) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(API)
        .withKind(KIND)
        .withNewMetadata()
        .withName(policy.name())
        .withResourceVersion(version.orElse(null))
        .addToLabels(OwnNames.MANAGED_BY, OwnNames.MANAGER)
        .addToLabels(CiliumPolicy.REGION, policy.region())
        .addToAnnotations(policy.annotations())
        .endMetadata()
        .addToAdditionalProperties("spec", policy.spec())
        .build();
  }

  /** Takes fields out that somebody else has put there, and returns the version without them. */
  private String clear(String name, EgressPolicyFacts before, List<List<String>> intruders) {
    PatchContext patch = PatchContext.of(PatchType.JSON);
    patch.setFieldManager(OwnNames.MANAGER);
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

  private Optional<Obstacle> remove(EgressPolicyFacts policy) {
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
          holdBack(
              policy.name(),
              new Obstacle(
                  "RemovalFailed", "cannot remove " + policy.name() + ": " + ErrorText.of(e))));
    }
  }

  /** It is tried again later, and until then this is why it is not as it ought to be. */
  private Obstacle holdBack(String name, Obstacle why) {
    backoff.failed(name);
    obstacles.put(name, why);
    return why;
  }

  private Optional<Obstacle> explain(CiliumPolicy policy, KubernetesClientException e) {
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
        holdBack(
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
}
