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
import io.regionbridge.router.egress.cilium.CiliumState.Obstacle;
import io.regionbridge.router.kubernetes.EventRecorder;
import io.regionbridge.router.kubernetes.ObjectWriter;
import io.regionbridge.router.kubernetes.ObjectWriter.Outcome;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.settings.RegionSettings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries plans out through Cilium's policies. Each call looks, writes what differs, and says how
 * it stands; called again after each change. Owned by one thread; blocks.
 */
public final class CiliumEgress implements EgressDriver {
  private static final Logger log = LoggerFactory.getLogger(CiliumEgress.class);
  private static final int UNPROCESSABLE = 422;
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
  private final ObjectWriter writer;
  private boolean ipv6 = true;
  private Optional<Boolean> nodeSelectors = Optional.empty();

  public CiliumEgress(KubernetesClient client, EventRecorder events, Clock clock) {
    this.client = client;
    this.events = events;
    this.writer = new ObjectWriter(clock, ObjectWriter.Pace.AT_ONCE);
  }

  /** The region that a policy of ours is for. */
  public static String region(EgressPolicyFacts policy) {
    return CiliumPolicy.region(policy);
  }

  @Override
  public EgressReport observe(EgressInputs inputs) {
    writer.forget();
    return new EgressReport(
        RegionSettings.Engine.CILIUM,
        CiliumPlan.of(inputs, new CiliumSchema(ipv6, CiliumPolicy.selectNodes(inputs.view())))
            .regions());
  }

  @Override
  public EgressReport apply(EgressInputs inputs) {
    return new EgressReport(RegionSettings.Engine.CILIUM, write(inputs));
  }

  /** Removes what was written. For the active gateway, with a permit. */
  public void withdraw(ClusterView view) {
    CiliumPlan.of(
            new EgressInputs(
                view,
                EgressPlan.EMPTY,
                Optional.empty(),
                List.of(),
                RegionSettings.Egress.of(RegionSettings.Engine.NONE)),
            new CiliumSchema(ipv6, false))
        .removals()
        .forEach(this::remove);
  }

  private List<Region> write(EgressInputs inputs) {
    CiliumPlan todo = CiliumPlan.of(inputs, new CiliumSchema(ipv6, nodeSelectors(inputs)));
    Map<String, EgressPolicyFacts> present = new HashMap<>();
    inputs.view().egressPolicies().forEach(policy -> present.put(policy.name(), policy));
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
    if (nodeSelectors.isEmpty()) {
      writer.write(
          "a policy of pods by node, as a dry run",
          CiliumPolicy.TRIAL,
          "",
          () -> nodeSelectors = Optional.of(takesNodeSelectors(inputs)));
      if (nodeSelectors.equals(Optional.of(false))) {
        log.warn(
            "this Cilium's policies select no pods by node: pods on router nodes other than the"
                + " active gateway do not reach other regions as long as these nodes have routes of"
                + " their own; update Cilium, or keep pods off router nodes");
      }
    }
    return nodeSelectors.orElse(false);
  }

  private boolean takesNodeSelectors(EgressInputs inputs) {
    CiliumPolicy policy =
        CiliumPolicy.ofNode(
            CiliumPolicy.TRIAL,
            List.of(Cidr.of("192.0.2.0/24")), // RFC 5737: for documentation
            inputs.standbys().getFirst(),
            inputs.settings());
    GenericKubernetesResource stored =
        resource(policy.name()).patch(ObjectWriter.dryRun(), wanted(policy, Optional.empty()));
    return stored.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec
        && CiliumPolicy.selectsNodes(spec);
  }

  private Optional<Obstacle> write(CiliumPolicy policy, Optional<EgressPolicyFacts> before) {
    Outcome outcome =
        writer.write(
            policy.name(),
            policy,
            before.map(EgressPolicyFacts::resourceVersion).orElse(""),
            () -> send(policy, before));
    return outcome instanceof Outcome.Changed
        ? Optional.of(new Obstacle("Changed", "changed meanwhile, looking at it again"))
        : obstacle(outcome);
  }

  private static Optional<Obstacle> obstacle(Outcome outcome) {
    return outcome instanceof Outcome.Failed(String reason, String message)
        ? Optional.of(new Obstacle(reason, message))
        : Optional.empty();
  }

  /** Applies all that is wanted, annotations included. */
  private void send(CiliumPolicy policy, Optional<EgressPolicyFacts> before) {
    try {
      Optional<String> version =
          before.map(EgressPolicyFacts::resourceVersion).filter(v -> !v.isEmpty());
      List<List<String>> intruders = before.map(policy::intruders).orElse(List.of());
      if (!intruders.isEmpty()) {
        version = Optional.of(clear(policy.name(), before.orElseThrow(), intruders));
      }
      recordEvent(
          policy,
          before,
          resource(policy.name()).patch(ObjectWriter.apply(), wanted(policy, version)));
    } catch (KubernetesClientException e) {
      if (!refusesIpv6(policy, e)) {
        throw e;
      }
      log.info("Cilium's policies take no IPv6 ranges here");
      ipv6 = false;
    }
  }

  private boolean refusesIpv6(CiliumPolicy policy, KubernetesClientException e) {
    return ipv6
        && e.getCode() == UNPROCESSABLE
        && policy.spec().toString().contains(":")
        && String.valueOf(e.getMessage()).contains("destinationCIDRs");
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
    Outcome outcome =
        writer.delete(policy.name(), policy.resourceVersion(), resource(policy.name()));
    if (outcome instanceof Outcome.Written) {
      log.info("removed egress policy {}", policy.name());
    }
    return obstacle(outcome);
  }

  private void recordEvent(
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
      note = "the policy differed from the desired one and was written again";
    }
    log.info("egress policy {}: {}", policy.name(), note);
    String uid = now.getMetadata().getUid();
    events.record(
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
