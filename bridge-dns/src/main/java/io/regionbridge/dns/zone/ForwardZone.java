package io.regionbridge.dns.zone;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.xbill.DNS.Name;

/**
 * A zone that is relayed to a peer region: its domain, or a reverse zone of its addresses.
 *
 * @param region the peer region's name, for metrics and messages
 * @param apex the zone's absolute name
 * @param gateways where the region answers, all equal; tried by health
 * @param addresses where A and AAAA answers may point; all others are left out
 * @param siblings other bridges of our own region: asked to relay when no gateway answers here,
 *     since the way from there may be open; none of them asks another
 */
public record ForwardZone(
    String region,
    Name apex,
    List<InetSocketAddress> gateways,
    BelievedAddresses addresses,
    List<InetSocketAddress> siblings) {
  /** A zone without siblings. */
  public ForwardZone(
      String region, Name apex, List<InetSocketAddress> gateways, BelievedAddresses addresses) {
    this(region, apex, gateways, addresses, List.of());
  }

  /** Copies the lists. */
  public ForwardZone {
    Objects.requireNonNull(region);
    gateways = List.copyOf(gateways);
    siblings = List.copyOf(siblings);
  }
}
