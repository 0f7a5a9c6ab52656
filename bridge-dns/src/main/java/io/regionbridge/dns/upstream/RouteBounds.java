package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.dns.zone.ZoneRoute;
import io.regionbridge.dns.zone.ZoneTable;
import java.util.function.Supplier;

/**
 * What a peer region is believed: names of the zone that was asked, addresses in its ranges.
 * Resolvers are believed for all names but those of regions.
 */
final class RouteBounds implements Reply.Bounds {
  private final Supplier<ZoneTable> table;

  // Of a route that is not held itself: it may have a large replica.
  private byte[] apex = {};
  private boolean resolvers;
  private BelievedAddresses addresses = BelievedAddresses.within(AddressSet.NONE);

  /** Allows nothing yet; {@code table} says which names regions have now. */
  RouteBounds(Supplier<ZoneTable> table) {
    this.table = table;
  }

  RouteBounds of(ZoneRoute.Forward route) {
    apex = route.apex();
    resolvers = route.zone().isResolvers();
    addresses = route.zone().addresses();
    return this;
  }

  @Override
  public boolean ownerAllowed(byte[] name, int length) {
    return Names.within(name, length, apex) && !(resolvers && table.get().serves(name, length));
  }

  @Override
  public boolean addressAllowed(int ipv4) {
    return addressAllowed(AddressSet.IPV4_HIGH, AddressSet.lowOfIpv4(ipv4));
  }

  @Override
  public boolean addressAllowed(long high, long low) {
    return addresses.allows(high, low);
  }
}
