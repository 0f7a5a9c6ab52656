package io.regionbridge.router.egress;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.settings.RegionSettings;
import java.util.List;

/**
 * The rules for every range, besides the topology.
 *
 * @param overlay the ranges of the overlay's own addresses
 * @param shortestIpv4 the widest prefix that may be sent to a peer, 1 to 32
 * @param shortestIpv6 the same for IPv6, 1 to 128
 * @param services whether the peers' ClusterIPs are sent to them too
 */
public record EgressRules(
    List<Cidr> overlay, int shortestIpv4, int shortestIpv6, boolean services) {
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

  /** What is configured, for an overlay of these ranges. */
  public static EgressRules of(RegionSettings.Egress settings, List<Cidr> overlay) {
    return new EgressRules(
        overlay, settings.shortestIpv4(), settings.shortestIpv6(), settings.services());
  }
}
