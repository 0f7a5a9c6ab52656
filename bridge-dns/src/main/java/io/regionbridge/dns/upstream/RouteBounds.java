package io.regionbridge.dns.upstream;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Reply;
import io.regionbridge.dns.zone.Route;
import org.jspecify.annotations.Nullable;

/** What a peer region is believed: names of the zone that was asked, addresses in its ranges. */
final class RouteBounds implements Reply.Bounds {
  private Route.@Nullable Forward route;

  RouteBounds of(Route.Forward next) {
    route = next;
    return this;
  }

  @Override
  public boolean ownerAllowed(byte[] name, int length) {
    Route.Forward r = route;
    return r != null && Names.within(name, length, r.apex());
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
