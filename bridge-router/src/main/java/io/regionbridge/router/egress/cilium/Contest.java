package io.regionbridge.router.egress.cilium;

import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether two egress policies of Cilium want the same packets. Cilium looks a destination up by the
 * longest prefix, over the ranges of all policies that select the pod, and a range that a policy
 * excludes is an entry of that table like any other. So a wider range is in nobody's way. Pure.
 */
public final class Contest {
  private Contest() {}

  /**
   * The first of the ranges of a policy that another policy takes, entirely or in part.
   *
   * @param destinations what the other catches
   * @param excluded what the other leaves alone of that
   */
  public static Optional<Cidr> taken(
      List<Cidr> ranges, List<Cidr> destinations, List<Cidr> excluded) {
    return ranges.stream()
        .filter(range ->
            Stream.concat(destinations.stream(), excluded.stream())
                // What it excludes whole goes its usual way.
                .filter(other -> !excluded.contains(other) || !other.equals(range))
                .anyMatch(range::contains))
        .findFirst();
  }
}
