package io.regionbridge.dns.zone;

import io.regionbridge.dns.net.AddressSet;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * A zone that is relayed to a peer region: its domain, or a reverse zone of its addresses.
 *
 * @param gateways all equal; chosen by health
 * @param addresses where A and AAAA answers may point; all others are left out
 * @param siblings other bridges of our own region, asked to relay when no gateway answers here:
 *     they may reach the region; none of them asks another
 * @param replica null if there is none
 */
public record ForwardZone(
    String region,
    Name apex,
    List<InetSocketAddress> gateways,
    BelievedAddresses addresses,
    List<InetSocketAddress> siblings,
    @Nullable ReplicaZone replica) {
  /** A zone without a copy. */
  public ForwardZone(
      String region,
      Name apex,
      List<InetSocketAddress> gateways,
      BelievedAddresses addresses,
      List<InetSocketAddress> siblings) {
    this(region, apex, gateways, addresses, siblings, null);
  }

  /** A zone without siblings and copy. */
  public ForwardZone(
      String region, Name apex, List<InetSocketAddress> gateways, BelievedAddresses addresses) {
    this(region, apex, gateways, addresses, List.of());
  }

  /**
   * The names outside all regions that aliases lead to, for which resolvers are asked. The region
   * has no name.
   *
   * @param never addresses that are refused wherever they come from
   */
  public static ForwardZone resolvers(List<InetSocketAddress> resolvers, AddressSet never) {
    BelievedAddresses any = new BelievedAddresses(AddressSet.NONE, false, never);
    return new ForwardZone("", Name.root, resolvers, any);
  }

  public ForwardZone {
    Objects.requireNonNull(region);
    gateways = List.copyOf(gateways);
    siblings = List.copyOf(siblings);
  }

  /** The same zone with a copy. */
  public ForwardZone with(@Nullable ReplicaZone copy) {
    return new ForwardZone(region, apex, gateways, addresses, siblings, copy);
  }

  /** Whether these are resolvers, and no region. */
  public boolean isResolvers() {
    return region.isEmpty();
  }

  /** Whether questions to another zone go to the same region and gateways. */
  boolean leadsWhere(ForwardZone other) {
    return region.equals(other.region)
        && gateways.equals(other.gateways)
        && siblings.equals(other.siblings);
  }

  /** Whether answers come from the copy. */
  boolean replicated() {
    return replica != null && replica.current();
  }
}
