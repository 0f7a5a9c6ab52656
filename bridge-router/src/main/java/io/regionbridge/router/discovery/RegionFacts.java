package io.regionbridge.router.discovery;

import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.RegionSpec;
import java.util.List;

/**
 * What is known of a Region object.
 *
 * @param uid for events about it
 * @param generation of its spec
 * @param conditions those it has now
 */
public record RegionFacts(
    String name, String uid, long generation, RegionSpec spec, List<Condition> conditions) {
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
        conditions == null ? List.of() : conditions);
  }
}
