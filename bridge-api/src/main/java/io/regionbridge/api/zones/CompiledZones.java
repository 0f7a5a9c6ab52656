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
 * @param remapped Services of which peers get pods that listen on other ports, with these ports
 * @param withheld Services that peers get without these addresses, which are outside the region's
 *     ranges
 * @param aliases Services that are aliases, with their targets
 * @param peers the rule for what peers get
 */
public record CompiledZones(
    LocalZone domain,
    List<LocalZone> reverse,
    Map<ServiceKey, List<String>> remapped,
    Map<ServiceKey, List<IpAddress>> withheld,
    PeerRule peers,
    Map<ServiceKey, List<Name>> aliases) {}
