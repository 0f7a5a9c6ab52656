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
 * @param domain the region's domain, absolute
 * @param ttl how long answers from the directory may be kept: whole seconds
 * @param podCidrs the region's pod ranges: for these there are reverse zones
 * @param nameServers addresses of the region's bridges, which the domain's NS record leads to, for
 *     others as far as they are in the ranges of the region; may be empty
 * @param peers which Services have a name under the domain at all, and what clients outside the
 *     cluster get for them
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
