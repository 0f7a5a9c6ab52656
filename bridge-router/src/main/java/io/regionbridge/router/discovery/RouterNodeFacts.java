package io.regionbridge.router.discovery;

import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a RouterNode object.
 *
 * @param role what its bridge said last, or null
 * @param egress by region, the ranges that nodes with an agent send to it while it is the active
 *     gateway; empty: it says nothing of that
 */
public record RouterNodeFacts(
    String name,
    RouterNodeSpec spec,
    @Nullable String role,
    Optional<Map<String, List<Cidr>>> egress,
    List<Condition> conditions) {
  public RouterNodeFacts {
    egress = egress.map(Map::copyOf);
    conditions = List.copyOf(conditions);
  }

  /** One that says nothing of egress. */
  public RouterNodeFacts(
      String name, RouterNodeSpec spec, @Nullable String role, List<Condition> conditions) {
    this(name, spec, role, Optional.empty(), conditions);
  }

  static RouterNodeFacts of(RouterNode node) {
    RouterNodeSpec spec = node.getSpec();
    if (spec == null) {
      throw new MalformedObjectException("spec is missing");
    }
    var status = node.getStatus();
    List<Condition> conditions = status == null ? null : status.conditions();
    return new RouterNodeFacts(
        node.getMetadata().getName(),
        spec,
        status == null ? null : status.role(),
        status == null || status.egress() == null
            ? Optional.empty()
            : Optional.of(
                status.egress().stream()
                    .collect(
                        Collectors.toMap(
                            RouterNodeStatus.Egress::region,
                            e -> Ranges.valid(e.cidrs()),
                            (one, _) -> one))),
        conditions == null ? List.of() : conditions);
  }
}
