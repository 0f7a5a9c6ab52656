package io.regionbridge.router.egress.cilium;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.EgressPolicyFacts;
import io.regionbridge.router.egress.EgressGateway;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.settings.RegionSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The desired CiliumEgressGatewayPolicy ({@code cilium.io/v2}). Pure.
 *
 * @param hostname of the node that it sends to
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
  static final String REGION = OwnNames.PREFIX + "region";

  /**
   * Cilium looks an interface's address and index up when it hears of the policy, and not again
   * when they change (cilium/cilium#47761). Having both in the policy makes it hear.
   */
  private static final String INTERFACE = OwnNames.PREFIX + "overlay-interface";

  private static final String ADDRESS = OwnNames.PREFIX + "overlay-address";

  /** The region of a policy that is never stored. */
  static final String TRIAL = "trial";

  /** The field that selects pods by their node; Cilium 1.15 does not have it. */
  private static final String POD_NODES = "nodeSelector";

  private static final String SPEC = "spec";

  private static final String HOSTNAME = "kubernetes.io/hostname";

  /** The label that the API server puts on each Namespace. */
  private static final String NAMESPACE = "kubernetes.io/metadata.name";

  /**
   * The policy that sends ranges by a gateway.
   *
   * @param standbys nodes whose pods have a policy of their own
   */
  static CiliumPolicy of(
      String region,
      List<Cidr> destinations,
      EgressGateway gateway,
      List<EgressGateway> standbys,
      RegionSettings.Egress settings) {
    Map<String, Object> selector = new LinkedHashMap<>(selector(settings));
    if (!standbys.isEmpty()) {
      List<String> hostnames = standbys.stream().map(EgressGateway::hostname).sorted().toList();
      selector.put(
          POD_NODES,
          Map.of(
              "matchExpressions",
              List.of(Map.of("key", HOSTNAME, "operator", "NotIn", "values", hostnames))));
    }
    return of(PREFIX + region, region, destinations, gateway, selector);
  }

  /**
   * The policy that sends what the pods of a router node send by that node itself. Its overlay has
   * a route to the other regions, which Cilium follows before it looks for the active gateway, and
   * then loses the packets.
   */
  static CiliumPolicy ofNode(
      String region, List<Cidr> destinations, EgressGateway node, RegionSettings.Egress settings) {
    Map<String, Object> selector = new LinkedHashMap<>(selector(settings));
    selector.put(POD_NODES, Map.of("matchLabels", Map.of(HOSTNAME, node.hostname())));
    return of(PREFIX + region + "." + node.node(), region, destinations, node, selector);
  }

  /** Whether policies of ours select pods by node. */
  static boolean selectNodes(ClusterView view) {
    return view.egressPolicies().stream()
        .anyMatch(policy -> policy.ours() && selectsNodes(policy.spec()));
  }

  /** Whether a policy selects pods by node. */
  static boolean selectsNodes(Map<?, ?> spec) {
    return spec.get("selectors") instanceof List<?> selectors
        && selectors.stream()
            .anyMatch(s -> s instanceof Map<?, ?> fields && fields.containsKey(POD_NODES));
  }

  private static CiliumPolicy of(
      String policy,
      String region,
      List<Cidr> destinations,
      EgressGateway gateway,
      Map<String, Object> selector) {
    Map<String, Object> egress = new LinkedHashMap<>();
    egress.put("nodeSelector", Map.of("matchLabels", Map.of(HOSTNAME, gateway.hostname())));
    // With both, Cilium ignores the policy.
    gateway
        .interfaceName()
        .ifPresentOrElse(
            name -> egress.put("interface", name),
            () -> egress.put("egressIP", IpLiteral.format(gateway.overlayAddress().orElseThrow())));
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("selectors", List.of(selector));
    spec.put("destinationCIDRs", destinations.stream().map(Cidr::toString).toList());
    spec.put("egressGateway", egress);
    Map<String, String> annotations = new LinkedHashMap<>();
    gateway
        .overlayAddress()
        .ifPresent(address -> annotations.put(ADDRESS, IpLiteral.format(address)));
    gateway
        .interfaceIndex()
        .ifPresent(
            index -> annotations.put(INTERFACE, gateway.interfaceName().orElse("") + "#" + index));
    return new CiliumPolicy(policy, region, gateway.hostname(), annotations, spec);
  }

  /** The region that a policy of ours is for. */
  static String region(EgressPolicyFacts policy) {
    return policy.name().startsWith(PREFIX)
        ? policy.name().substring(PREFIX.length()).replaceFirst("\\..*", "")
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

  /**
   * Whether an object equals the desired one: it has all desired fields, and nobody set the others.
   * A newer Cilium's definition adds defaults, which are not for us to take away.
   */
  boolean is(EgressPolicyFacts policy) {
    return policy.ours()
        && notes(policy).equals(annotations)
        && covers(policy.spec(), spec)
        && surplus(policy).stream().noneMatch(policy.fields()::isSet)
        && !saysMore(policy.spec(), spec, false)
        && altered(List.of(SPEC), policy.spec(), spec).stream()
            .noneMatch(policy.fields()::isSetByOthers);
  }

  /** An object's annotations, without what only the gateway's own node knows. */
  private Map<String, String> notes(EgressPolicyFacts policy) {
    Map<String, String> notes = new LinkedHashMap<>(policy.annotations());
    if (!annotations.containsKey(INTERFACE)) {
      notes.remove(INTERFACE);
    }
    return notes;
  }

  /**
   * The fields of an object that somebody else set and that ought not to be there: applying leaves
   * them, and with an {@code egressIP} beside the interface Cilium ignores the whole policy.
   */
  List<List<String>> intruders(EgressPolicyFacts policy) {
    return surplus(policy).stream().filter(policy.fields()::isSetByOthers).toList();
  }

  private List<List<String>> surplus(EgressPolicyFacts policy) {
    return surplus(List.of(SPEC), policy.spec(), spec);
  }

  /** The fields of an object that are not wanted and say something. */
  private static List<List<String>> surplus(List<String> path, Map<?, ?> there, Map<?, ?> wanted) {
    List<List<String>> found = new ArrayList<>();
    there.forEach((name, value) -> {
      List<String> inside = inside(path, name);
      if (!wanted.containsKey(name)) {
        if (!List.of().equals(value) && !Map.of().equals(value)) {
          found.add(inside);
        }
      } else if (value instanceof Map<?, ?> map && wanted.get(name) instanceof Map<?, ?> inner) {
        found.addAll(surplus(inside, map, inner));
      }
    });
    return found;
  }

  /** The lists whose elements have more than is wanted. */
  private static List<List<String>> altered(List<String> path, Map<?, ?> there, Map<?, ?> wanted) {
    List<List<String>> found = new ArrayList<>();
    there.forEach((name, value) -> {
      List<String> inside = inside(path, name);
      if (value instanceof List<?>
          && wanted.get(name) instanceof List<?> list
          && !list.equals(value)) {
        found.add(inside);
      } else if (value instanceof Map<?, ?> map && wanted.get(name) instanceof Map<?, ?> inner) {
        found.addAll(altered(inside, map, inner));
      }
    });
    return found;
  }

  /**
   * Whether an element of a list says something that is not wanted, such as a selector from the
   * time when a node had a policy of its own. Of lists it is not known who set what inside them,
   * and no definition of Cilium has a default there that says anything.
   *
   * @param inList whether both are inside a list
   */
  private static boolean saysMore(@Nullable Object there, @Nullable Object wanted, boolean inList) {
    if (there instanceof Map<?, ?> map && wanted instanceof Map<?, ?> fields) {
      return map.entrySet().stream()
          .anyMatch(entry ->
              fields.containsKey(entry.getKey())
                  ? saysMore(entry.getValue(), fields.get(entry.getKey()), inList)
                  : inList
                      && !List.of().equals(entry.getValue())
                      && !Map.of().equals(entry.getValue()));
    }
    return there instanceof List<?> list
        && wanted instanceof List<?> elements
        && list.size() == elements.size()
        && IntStream.range(0, list.size())
            .anyMatch(i -> saysMore(list.get(i), elements.get(i), true));
  }

  private static List<String> inside(List<String> path, @Nullable Object name) {
    List<String> inside = new ArrayList<>(path);
    inside.add(String.valueOf(name));
    return List.copyOf(inside);
  }

  /** Whether all that is wanted is there. */
  private static boolean covers(@Nullable Object there, @Nullable Object wanted) {
    if (wanted instanceof Map<?, ?> fields) {
      return there instanceof Map<?, ?> map
          && fields.entrySet().stream()
              .allMatch(field -> covers(map.get(field.getKey()), field.getValue()));
    }
    if (wanted instanceof List<?> elements && there instanceof List<?> list) {
      return list.size() == elements.size()
          && IntStream.range(0, list.size()).allMatch(i -> covers(list.get(i), elements.get(i)));
    }
    return Objects.equals(there, wanted);
  }

  private static Map<String, Object> selector(RegionSettings.Egress settings) {
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
