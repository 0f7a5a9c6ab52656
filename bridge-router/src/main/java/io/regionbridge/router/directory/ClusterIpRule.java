package io.regionbridge.router.directory;

import io.regionbridge.router.settings.RegionSettings;

/**
 * What other regions get for a Service with a ClusterIP: the addresses of its pods, or the
 * ClusterIP. Addresses of pods only help a client that connects to the port the pods listen on, and
 * a ClusterIP only where a gateway node translates it for traffic from outside.
 *
 * @param translates whether this region's gateway nodes translate ClusterIPs for other regions'
 *     traffic
 */
public record ClusterIpRule(RegionSettings.ClusterIp mode, boolean translates) {
  /** Whether peers get the ClusterIP of a Service; if not, they get the addresses of its pods. */
  public boolean keeps(DirectoryService service) {
    return !service.facts().clusterIps().isEmpty()
        && switch (mode) {
          case EXPAND -> false;
          case KEEP -> true;
          case AUTO -> translates && !service.remappedPorts().isEmpty();
        };
  }
}
