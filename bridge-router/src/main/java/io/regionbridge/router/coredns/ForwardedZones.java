package io.regionbridge.router.coredns;

import java.util.List;

/**
 * Names that the cluster's CoreDNS is to ask the bridge for.
 *
 * @param zones domains, or address ranges for their reverse zones; not empty
 */
public record ForwardedZones(List<String> zones) {
  public ForwardedZones {
    zones = List.copyOf(zones);
    if (zones.isEmpty()) {
      throw new IllegalArgumentException("a zone is needed");
    }
  }
}
