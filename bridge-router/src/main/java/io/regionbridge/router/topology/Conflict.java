package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;

/** A value that two sides claim and only one can have. */
public sealed interface Conflict {
  /** Whether it is about a region. */
  boolean concerns(String region);

  /**
   * Two ranges overlap. No traffic is sent to a peer for its range.
   *
   * @param other a peer region, {@link #LOCAL} or {@link #OVERLAY}
   */
  record Ranges(String region, Cidr cidr, String other, Cidr otherCidr) implements Conflict {
    /** This region's own pods, Services or nodes. */
    public static final String LOCAL = "this region";

    /** The overlay between the regions: sent there, traffic would come back in a loop. */
    public static final String OVERLAY = "the overlay";

    @Override
    public boolean concerns(String name) {
      return region.equals(name) || other.equals(name);
    }

    @Override
    public String toString() {
      return "%s of region %s overlaps %s of %s"
          .formatted(
              cidr,
              region,
              otherCidr,
              other.equals(LOCAL) || other.equals(OVERLAY) ? other : "region " + other);
    }
  }

  /**
   * A range belongs to another region, which had it first or by a more trusted source. The newcomer
   * loses it.
   */
  record Held(String region, Cidr cidr, String holder, Cidr held) implements Conflict {
    @Override
    public boolean concerns(String name) {
      return region.equals(name);
    }

    @Override
    public String toString() {
      return "%s of region %s overlaps %s, which region %s has already"
          .formatted(cidr, region, held, holder);
    }
  }

  /** A peer's domain equals another one, or is inside it. The peer is left out. */
  record Domains(String region, String domain, String other, String otherDomain)
      implements Conflict {
    @Override
    public boolean concerns(String name) {
      return region.equals(name);
    }

    @Override
    public String toString() {
      return "domain %s of region %s clashes with %s of region %s"
          .formatted(domain, region, otherDomain, other);
    }
  }
}
