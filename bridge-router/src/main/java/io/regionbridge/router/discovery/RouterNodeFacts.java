package io.regionbridge.router.discovery;

import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a RouterNode object.
 *
 * @param role what its bridge said last, or null
 */
public record RouterNodeFacts(
    String name, RouterNodeSpec spec, @Nullable String role, List<Condition> conditions) {
  public RouterNodeFacts {
    conditions = List.copyOf(conditions);
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
        conditions == null ? List.of() : conditions);
  }
}
