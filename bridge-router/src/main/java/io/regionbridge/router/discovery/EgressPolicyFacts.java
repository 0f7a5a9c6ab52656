package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.regionbridge.router.kubernetes.ManagedFields;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.net.Cidr;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The relevant facts of a CiliumEgressGatewayPolicy; of one that is not ours, only what shows
 * whether it conflicts.
 *
 * @param ours whether it carries our label
 * @param resourceVersion for writes that must not overwrite another one; empty if it is not ours
 * @param annotations those with our prefix
 * @param excluded ranges within {@code destinations} that it leaves alone
 * @param spec as JSON values; empty if it is not ours
 * @param fields who set what; empty if it is not ours
 */
public record EgressPolicyFacts(
    String name,
    boolean ours,
    String resourceVersion,
    Map<String, String> annotations,
    List<Cidr> destinations,
    List<Cidr> excluded,
    Map<String, Object> spec,
    ManagedFields fields) {
  public EgressPolicyFacts {
    annotations = Map.copyOf(annotations);
    destinations = List.copyOf(destinations);
    excluded = List.copyOf(excluded);
    spec = Map.copyOf(spec);
  }

  static EgressPolicyFacts of(GenericKubernetesResource policy) {
    String name = policy.getMetadata().getName();
    List<Cidr> destinations = Ranges.in(policy, "spec", "destinationCIDRs");
    List<Cidr> excluded = Ranges.in(policy, "spec", "excludedCIDRs");
    Map<String, String> labels = policy.getMetadata().getLabels();
    if (labels == null || !OwnNames.areOn(labels)) {
      return new EgressPolicyFacts(
          name, false, "", Map.of(), destinations, excluded, Map.of(), ManagedFields.NONE);
    }
    Map<String, String> annotations = policy.getMetadata().getAnnotations();
    Map<String, String> own = new HashMap<>();
    if (annotations != null) {
      annotations.forEach((key, value) -> {
        if (key.startsWith(OwnNames.PREFIX)) {
          own.put(key, value);
        }
      });
    }
    String version = policy.getMetadata().getResourceVersion();
    return new EgressPolicyFacts(
        name,
        true,
        version == null ? "" : version,
        own,
        destinations,
        excluded,
        policy.get("spec") instanceof Map<?, ?> spec ? texts(spec) : Map.of(),
        ManagedFields.of(policy.getMetadata(), OwnNames.MANAGER));
  }

  private static Map<String, Object> texts(Map<?, ?> json) {
    Map<String, Object> copy = new HashMap<>();
    json.forEach((key, value) -> {
      if (value != null) {
        copy.put(String.valueOf(key), value);
      }
    });
    return copy;
  }
}
