package io.regionbridge.router.egress;

import io.regionbridge.router.net.Cidr;
import java.util.List;

/**
 * What holds for every range, besides what the topology says.
 *
 * @param overlay the ranges of the overlay's own addresses
 * @param shortestIpv4 the shortest prefix, and so the widest range, that may be sent to a peer; 1
 *     to 32
 * @param shortestIpv6 the same of IPv6; 1 to 128
 * @param services whether the peers' ClusterIPs are sent to them too
 */
public record EgressRules(
    List<Cidr> overlay, int shortestIpv4, int shortestIpv6, boolean services) {
  /** What a pod range never is wider than, unless something else is configured. */
  public static final int SHORTEST_IPV4 = 10;

  public static final int SHORTEST_IPV6 = 40;

  /**
   * @throws IllegalArgumentException if a prefix length could let a default route through
   */
  public EgressRules {
    overlay = List.copyOf(overlay);
    if (shortestIpv4 < 1 || shortestIpv4 > 32 || shortestIpv6 < 1 || shortestIpv6 > 128) {
      throw new IllegalArgumentException(
          "shortest prefixes of %d and %d bits".formatted(shortestIpv4, shortestIpv6));
    }
  }

  /** The usual rules for an overlay. */
  public static EgressRules of(List<Cidr> overlay) {
    return new EgressRules(overlay, SHORTEST_IPV4, SHORTEST_IPV6, false);
  }
}
