package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.zone.ZoneRoute;
import io.regionbridge.dns.zone.ZoneTable;
import org.jspecify.annotations.Nullable;

/**
 * What a peer region is believed: names of the zone that was asked, addresses in its ranges.
 * Resolvers are believed for all names but those of regions.
 */
final class RouteBounds implements Reply.Bounds {
  private ZoneTable table = ZoneTable.empty();
  private ZoneRoute.@Nullable Forward route;

  RouteBounds of(ZoneRoute.Forward next) {
    route = next;
    return this;
  }

  /** From now on regions have these names. */
  void follow(ZoneTable next) {
    table = next;
  }

  @Override
  public boolean ownerAllowed(byte[] name, int length) {
    ZoneRoute.Forward r = route;
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
    ZoneRoute.Forward r = route;
    return r != null && r.zone().addresses().allows(high, low);
  }
}
