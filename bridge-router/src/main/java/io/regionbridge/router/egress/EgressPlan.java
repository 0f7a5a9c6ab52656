package io.regionbridge.router.egress;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Optional;

/** What is sent to which peer: one entry for each peer, by name. Compared by value. */
public record EgressPlan(List<RegionEgress> regions) {
  /** Nothing to be sent anywhere. */
  public static final EgressPlan EMPTY = new EgressPlan(List.of());

  public EgressPlan {
    regions = List.copyOf(regions);
  }

  /** The entry of a peer. */
  public Optional<RegionEgress> region(String name) {
    return regions.stream().filter(r -> r.region().equals(name)).findFirst();
  }

  /** The ranges of all peers, in order, each once. */
  public List<Cidr> destinations() {
    return regions.stream()
        .flatMap(region -> region.destinations().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * What is sent to one peer.
   *
   * @param destinations in order, none inside another
   * @param refusals what the peer claims and does not get, in order
   */
  public record RegionEgress(String region, List<Cidr> destinations, List<RefusedRange> refusals) {
    public RegionEgress {
      destinations = List.copyOf(destinations);
      refusals = List.copyOf(refusals);
    }
  }
}
