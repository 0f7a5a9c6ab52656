package io.regionbridge.router.coredns;

import java.util.List;

/**
 * Domains, or address ranges for their reverse zones, that the cluster's CoreDNS forwards to the
 * bridge. Not empty.
 */
public record ForwardedZones(List<String> zones) {
  public ForwardedZones {
    zones = List.copyOf(zones);
    if (zones.isEmpty()) {
      throw new IllegalArgumentException("a zone is needed");
    }
  }
}
