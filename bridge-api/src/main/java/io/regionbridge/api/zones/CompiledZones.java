package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.feed.PeerRule;
import io.regionbridge.router.net.IpAddress;
import java.util.List;
import java.util.Map;
import org.xbill.DNS.Name;

/**
 * The zones that the local region answers for, at one moment.
 *
 * @param domain the region's domain
 * @param reverse the reverse zones of its pod ranges
 * @param remapped the Services of which peers get the addresses of pods that listen on other ports
 *     than the Service's, with these ports: their clients must know, or they find nobody there
 * @param withheld the Services that peers get without some of their addresses, since those are
 *     outside the region's own ranges, with these addresses
 * @param aliases the Services that are aliases, with the name that each leads to
 * @param peers what peers are given by
 */
public record CompiledZones(
    LocalZone domain,
    List<LocalZone> reverse,
    Map<ServiceKey, List<String>> remapped,
    Map<ServiceKey, List<IpAddress>> withheld,
    PeerRule peers,
    Map<ServiceKey, List<Name>> aliases) {}
