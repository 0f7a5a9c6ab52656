package io.regionbridge.router.discovery;

import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.kubernetes.RouterNode;
import io.regionbridge.router.kubernetes.RouterNodeSpec;
import io.regionbridge.router.kubernetes.RouterNodeStatus;
import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The relevant facts of a RouterNode object.
 *
 * @param role as its bridge last reported, or null
 * @param transitions of the active gateway at that time
 * @param wantedRotation the pending request to rotate its key
 * @param takenRotation the last request that was carried out
 * @param egress by region, the ranges that agents send to it while it is the active gateway
 * @param carrier the router node that they send them to instead
 * @param nodes the addresses of the region's nodes
 * @param overlayRegions regions that its bridge knows from the overlay alone
 */
public record RouterNodeFacts(
    String name,
    RouterNodeSpec spec,
    @Nullable String role,
    int transitions,
    Optional<String> wantedRotation,
    Optional<String> takenRotation,
    Optional<Map<String, List<Cidr>>> egress,
    Optional<String> carrier,
    Optional<List<Cidr>> nodes,
    List<OverlayRegion> overlayRegions,
    List<Condition> conditions) {
  public RouterNodeFacts {
    egress = egress.map(Map::copyOf);
    nodes = nodes.map(List::copyOf);
    overlayRegions = List.copyOf(overlayRegions);
    conditions = List.copyOf(conditions);
  }

  /** A region that nobody declares, with the keys that first announced it. */
  public record OverlayRegion(String name, Set<String> overlayKeys, Set<Cidr> ranges) {
    public OverlayRegion {
      overlayKeys = Set.copyOf(overlayKeys);
      ranges = Set.copyOf(ranges);
    }

    static List<OverlayRegion> of(@Nullable RouterNodeStatus status) {
      return status == null || status.overlayRegions() == null
          ? List.of()
          : status.overlayRegions().stream()
              .map(region ->
                  new OverlayRegion(
                      region.name(),
                      Set.copyOf(region.overlayKeys()),
                      Set.copyOf(Ranges.valid(region.cidrs()))))
              .toList();
    }
  }

  /**
   * Reads an object.
   *
   * @throws MalformedObjectException if it has no spec
   */
  public static RouterNodeFacts of(RouterNode node) {
    RouterNodeSpec spec = node.getSpec();
    if (spec == null) {
      throw new MalformedObjectException("spec is missing");
    }
    var status = node.getStatus();
    List<Condition> conditions = status == null ? null : status.conditions();
    Optional<String> taken = Optional.ofNullable(status).map(RouterNodeStatus::keyRotation);
    Integer transitions = status == null ? null : status.transitions();
    return new RouterNodeFacts(
        node.getMetadata().getName(),
        spec,
        status == null ? null : status.role(),
        transitions == null ? 0 : transitions,
        Optional.ofNullable(node.getMetadata().getAnnotations())
            .map(annotations -> annotations.get(OwnNames.ROTATE_KEY))
            .filter(request -> !request.isBlank() && !Optional.of(request).equals(taken)),
        taken,
        status == null || status.egress() == null
            ? Optional.empty()
            : Optional.of(
                status.egress().stream()
                    .collect(
                        Collectors.toMap(
                            RouterNodeStatus.Egress::region,
                            e -> Ranges.valid(e.cidrs()),
                            (one, _) -> one))),
        Optional.ofNullable(status).map(RouterNodeStatus::carrier),
        Optional.ofNullable(status).map(RouterNodeStatus::nodes).map(Ranges::valid),
        OverlayRegion.of(status),
        conditions == null ? List.of() : conditions);
  }
}
