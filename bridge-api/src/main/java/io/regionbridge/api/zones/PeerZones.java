package io.regionbridge.api.zones;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.zone.BelievedAddresses;
import io.regionbridge.dns.zone.ForwardZone;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerRegion;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.xbill.DNS.Name;

/** Makes the zones that are relayed to a peer region: its domain, and those of its pods. Pure. */
public final class PeerZones {
  private PeerZones() {}

  /**
   * The zones of a peer.
   *
   * @param reverse the pod ranges that no other region claims
   * @param siblings the other bridges of the local region
   * @param never addresses that no peer may have: those of the local region's nodes
   */
  public static List<ForwardZone> of(
      PeerRegion peer, List<Cidr> reverse, List<InetSocketAddress> siblings, List<Cidr> never) {
    List<Cidr> ranges = new ArrayList<>(peer.podCidrs());
    ranges.addAll(peer.serviceCidrs());
    BelievedAddresses addresses =
        new BelievedAddresses(
            AddressSet.of(ClientRanges.prefixes(ranges)),
            contained(peer),
            AddressSet.of(ClientRanges.prefixes(never)));
    List<ForwardZone> zones = new ArrayList<>();
    zones.add(zone(peer, Name.fromConstantString(peer.domain() + "."), addresses, siblings));
    for (Cidr pods : reverse) {
      for (Name apex : ReverseZones.apexesOf(pods)) {
        zones.add(zone(peer, apex, addresses, siblings));
      }
    }
    return zones;
  }

  /**
   * The addresses of local nodes that lie within the ranges of a peer; all of them if its answers
   * are not contained. Others are refused anyway, so a node that comes or goes changes nothing for
   * such a peer, and its cached answers stay.
   */
  public static List<Cidr> relevant(PeerRegion peer, List<Cidr> never) {
    return contained(peer)
        ? never.stream()
            .filter(address ->
                Stream.of(peer.podCidrs(), peer.serviceCidrs())
                    .flatMap(List::stream)
                    .anyMatch(range -> range.overlaps(address)))
            .toList()
        : never;
  }

  /**
   * Whether the addresses in answers of the region are compared with its ranges: this is
   * configured, and ranges are known. Without a range every address would be outside.
   */
  public static boolean contained(PeerRegion peer) {
    return peer.contain() && peer.bounded();
  }

  private static ForwardZone zone(
      PeerRegion peer, Name apex, BelievedAddresses addresses, List<InetSocketAddress> siblings) {
    List<InetSocketAddress> gateways =
        peer.gateways().stream().map(PeerRegion.Gateway::address).distinct().toList();
    return new ForwardZone(peer.name(), apex, gateways, addresses, siblings);
  }
}
