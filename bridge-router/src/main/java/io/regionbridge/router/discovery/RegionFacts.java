package io.regionbridge.router.discovery;

import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.RegionSpec;
import io.regionbridge.router.kubernetes.RegionStatus;
import io.regionbridge.router.kubernetes.TunnelRecord;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a Region object.
 *
 * @param uid for events about it
 * @param generation of its spec
 * @param tunnel what was learned of its ends of tunnels
 * @param conditions those it has now
 */
public record RegionFacts(
    String name,
    String uid,
    long generation,
    RegionSpec spec,
    Optional<TunnelRecord> tunnel,
    List<Condition> conditions) {
  /** One of whose tunnels nothing was learned. */
  public RegionFacts(
      String name, String uid, long generation, RegionSpec spec, List<Condition> conditions) {
    this(name, uid, generation, spec, Optional.empty(), conditions);
  }

  public RegionFacts {
    conditions = List.copyOf(conditions);
  }

  static RegionFacts of(Region region) {
    RegionSpec spec = region.getSpec();
    String uid = region.getMetadata().getUid();
    Long generation = region.getMetadata().getGeneration();
    List<Condition> conditions =
        region.getStatus() == null ? null : region.getStatus().conditions();
    return new RegionFacts(
        region.getMetadata().getName(),
        uid == null ? "" : uid,
        generation == null ? 0 : generation,
        spec == null ? new RegionSpec(null, null, null, null, null, null, null) : spec,
        Optional.ofNullable(region.getStatus()).map(RegionStatus::wireguard),
        conditions == null ? List.of() : conditions);
  }
}
