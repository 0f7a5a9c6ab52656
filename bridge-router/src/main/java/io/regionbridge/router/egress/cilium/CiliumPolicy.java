package io.regionbridge.router.egress.cilium;

import io.regionbridge.router.discovery.EgressPolicyFacts;
import io.regionbridge.router.egress.EgressGateway;
import io.regionbridge.router.egress.EgressSettings;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A CiliumEgressGatewayPolicy as it ought to be ({@code cilium.io/v2}). Pure.
 *
 * @param hostname of the node that it sends to
 * @param annotations ours
 * @param spec as JSON values
 */
record CiliumPolicy(
    String name,
    String region,
    String hostname,
    Map<String, String> annotations,
    Map<String, Object> spec) {
  /** What the names of our policies begin with; the region's name follows. */
  static final String PREFIX = "region-bridge-";

  /** The label that names the region. */
  static final String REGION = EgressPolicyFacts.PREFIX + "region";

  /**
   * Cilium looks an interface's address up when it hears of the policy, and not again when the
   * address changes (cilium/cilium#47761). Having the address in the policy makes it hear.
   */
  private static final String ADDRESS = EgressPolicyFacts.PREFIX + "overlay-address";

  private static final String HOSTNAME = "kubernetes.io/hostname";

  /** The label that the API server puts on each Namespace. */
  private static final String NAMESPACE = "kubernetes.io/metadata.name";

  /**
   * The policy that sends ranges by a gateway.
   *
   * @param gateway with an interface or an address
   */
  static CiliumPolicy of(
      String region, List<Cidr> destinations, EgressGateway gateway, EgressSettings settings) {
    Map<String, Object> egress = new LinkedHashMap<>();
    egress.put("nodeSelector", Map.of("matchLabels", Map.of(HOSTNAME, gateway.hostname())));
    // With both, Cilium ignores the policy.
    gateway
        .interfaceName()
        .ifPresentOrElse(
            name -> egress.put("interface", name),
            () -> egress.put("egressIP", IpLiteral.format(gateway.overlayAddress().orElseThrow())));
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("selectors", List.of(selector(settings)));
    spec.put("destinationCIDRs", destinations.stream().map(Cidr::toString).toList());
    spec.put("egressGateway", egress);
    Map<String, String> annotations = new LinkedHashMap<>();
    gateway
        .overlayAddress()
        .ifPresent(address -> annotations.put(ADDRESS, IpLiteral.format(address)));
    return new CiliumPolicy(PREFIX + region, region, gateway.hostname(), annotations, spec);
  }

  /** The region that a policy of ours is for. */
  static String region(EgressPolicyFacts policy) {
    return policy.name().startsWith(PREFIX)
        ? policy.name().substring(PREFIX.length())
        : policy.name();
  }

  /** The node that a policy sends to, as its hostname label has it. */
  static Optional<String> hostname(EgressPolicyFacts policy) {
    return policy.spec().get("egressGateway") instanceof Map<?, ?> gateway
            && gateway.get("nodeSelector") instanceof Map<?, ?> selector
            && selector.get("matchLabels") instanceof Map<?, ?> labels
            && labels.get(HOSTNAME) instanceof String name
        ? Optional.of(name)
        : Optional.empty();
  }

  /** The interface that a policy sends by. */
  static Optional<String> interfaceName(EgressPolicyFacts policy) {
    return policy.spec().get("egressGateway") instanceof Map<?, ?> gateway
            && gateway.get("interface") instanceof String name
        ? Optional.of(name)
        : Optional.empty();
  }

  /** Whether an object is as it ought to be. */
  boolean is(EgressPolicyFacts policy) {
    return policy.ours() && policy.spec().equals(spec) && policy.annotations().equals(annotations);
  }

  /** Whether an object has anything in its spec that ought not to be there. */
  boolean lacksPartOf(EgressPolicyFacts policy) {
    return !within(policy.spec(), spec);
  }

  private static boolean within(Map<?, ?> present, Map<?, ?> wanted) {
    return present.entrySet().stream()
        .allMatch(field ->
            wanted.containsKey(field.getKey())
                && (!(field.getValue() instanceof Map<?, ?> inner)
                    || wanted.get(field.getKey()) instanceof Map<?, ?> wantedInner
                        && within(inner, wantedInner)));
  }

  private static Map<String, Object> selector(EgressSettings settings) {
    List<Map<String, Object>> expressions = new ArrayList<>();
    if (!settings.namespaces().isEmpty()) {
      expressions.add(expression("In", settings.namespaces()));
    }
    if (!settings.excludeNamespaces().isEmpty()) {
      expressions.add(expression("NotIn", settings.excludeNamespaces()));
    }
    return expressions.isEmpty()
        ? Map.of("podSelector", Map.of())
        : Map.of("namespaceSelector", Map.of("matchExpressions", expressions));
  }

  private static Map<String, Object> expression(String operator, List<String> values) {
    return Map.of(
        "key", NAMESPACE, "operator", operator, "values", values.stream().sorted().toList());
  }
}
