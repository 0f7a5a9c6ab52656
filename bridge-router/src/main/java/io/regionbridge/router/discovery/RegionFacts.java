package io.regionbridge.router.discovery;

import io.regionbridge.router.kubernetes.Condition;
import io.regionbridge.router.kubernetes.Region;
import io.regionbridge.router.kubernetes.RegionSpec;
import io.regionbridge.router.kubernetes.RegionStatus;
import io.regionbridge.router.kubernetes.TunnelRecord;
import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The relevant facts of a Region object.
 *
 * @param uid for Events
 * @param tunnel recorded ends of its tunnels
 * @param overlayKeys recorded keys of its gateways on the overlay
 * @param ranges recorded with them
 * @param created the epoch if unknown
 */
public record RegionFacts(
    String name,
    String uid,
    long generation,
    RegionSpec spec,
    Optional<TunnelRecord> tunnel,
    Set<String> overlayKeys,
    Set<Cidr> ranges,
    Instant created,
    List<Condition> conditions) {
  public RegionFacts {
    overlayKeys = Set.copyOf(overlayKeys);
    ranges = Set.copyOf(ranges);
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
        Optional.ofNullable(region.getStatus())
            .map(RegionStatus::overlayKeys)
            .map(Set::copyOf)
            .orElse(Set.of()),
        ranges(region.getStatus()),
        created(region.getMetadata().getCreationTimestamp()),
        conditions == null ? List.of() : conditions);
  }

  private static Set<Cidr> ranges(@Nullable RegionStatus status) {
    if (status == null) {
      return Set.of();
    }
    Set<Cidr> ranges = new HashSet<>();
    if (status.podCidrs() != null) {
      ranges.addAll(Ranges.valid(status.podCidrs()));
    }
    if (status.serviceCidrs() != null) {
      ranges.addAll(Ranges.valid(status.serviceCidrs()));
    }
    return ranges;
  }

  private static Instant created(@Nullable String timestamp) {
    try {
      return timestamp == null ? Instant.EPOCH : Instant.parse(timestamp);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}
