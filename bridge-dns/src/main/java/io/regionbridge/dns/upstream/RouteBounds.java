package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.zone.Route;
import io.regionbridge.dns.zone.ZoneTable;
import org.jspecify.annotations.Nullable;

/**
 * What a peer region is believed: names of the zone that was asked, addresses in its ranges.
 * Resolvers are believed for all names but those of regions.
 */
final class RouteBounds implements Reply.Bounds {
  private ZoneTable table = ZoneTable.empty();
  private Route.@Nullable Forward route;

  RouteBounds of(Route.Forward next) {
    route = next;
    return this;
  }

  /** From now on regions have these names. */
  void follow(ZoneTable next) {
    table = next;
  }

  @Override
  public boolean ownerAllowed(byte[] name, int length) {
    Route.Forward r = route;
    return r != null
        && Names.within(name, length, r.apex())
        && !(r.zone().isResolvers() && table.serves(name, length));
  }

  @Override
  public boolean addressAllowed(int ipv4) {
    return addressAllowed(AddressSet.IPV4_HIGH, AddressSet.lowOfIpv4(ipv4));
  }

  @Override
  public boolean addressAllowed(long high, long low) {
    Route.Forward r = route;
    return r != null && r.zone().addresses().allows(high, low);
  }
}
