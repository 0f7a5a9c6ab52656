package io.regionbridge.api.assembly;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Name;

/** Makes the zones that are relayed to a peer region: its domain, and those of its pods. Pure. */
final class PeerZones {
  private PeerZones() {}

  static List<ForwardZone> of(BridgeConfig.Peer peer) {
    List<Cidr> ranges = new ArrayList<>(peer.podCidrs());
    ranges.addAll(peer.serviceCidrs());
    AddressSet addresses = AddressSet.of(ClientRanges.prefixes(ranges));
    List<ForwardZone> zones = new ArrayList<>();
    zones.add(zone(peer, Name.fromConstantString(peer.domain() + "."), addresses));
    for (Cidr pods : peer.podCidrs()) {
      for (Name apex : ReverseNames.zones(pods)) {
        zones.add(zone(peer, apex, addresses));
      }
    }
    return zones;
  }

  /**
   * Whether answers of the region can be held against its ranges: wanted, and there are ranges.
   * Without them, every answer would be outside.
   */
  static boolean contained(BridgeConfig.Peer peer) {
    return peer.contain() && !(peer.podCidrs().isEmpty() && peer.serviceCidrs().isEmpty());
  }

  private static ForwardZone zone(BridgeConfig.Peer peer, Name apex, AddressSet addresses) {
    return new ForwardZone(peer.name(), apex, peer.gateways(), addresses, contained(peer));
  }
}
