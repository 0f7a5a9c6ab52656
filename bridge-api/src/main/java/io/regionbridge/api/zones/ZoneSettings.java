package io.regionbridge.api.zones;

import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.time.Duration;
import java.util.List;
import org.xbill.DNS.Name;

/**
 * What zones are compiled by, besides the directory.
 *
 * @param domain absolute
 * @param ttl of answers from the directory: whole seconds
 * @param podCidrs ranges with reverse zones
 * @param nameServers addresses for the domain's NS record, for other regions only those in the
 *     region's ranges
 * @param peers which Services are exported, and what clients outside the cluster get for them
 */
public record ZoneSettings(
    Name domain, Duration ttl, List<Cidr> podCidrs, List<IpAddress> nameServers, PeerRule peers) {

  /**
   * @throws IllegalArgumentException if the domain is not absolute
   */
  public ZoneSettings {
    if (!domain.isAbsolute()) {
      throw new IllegalArgumentException(domain + " is not an absolute name");
    }
    podCidrs = List.copyOf(podCidrs);
    nameServers = List.copyOf(nameServers);
  }
}
