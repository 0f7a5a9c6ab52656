package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.HostsElsewhere;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.net.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Makes the zone in which a Service has one name over all regions. Each call costs in proportion to
 * the Services that changed, or to those that several regions have when the order of the regions
 * did. Owned by one thread; what it returns is immutable.
 */
public final class AllNamesCompiler {
  private static final int BATCH = 4096;

  private final RecordWriter writer;
  private final ZoneWriter zones;
  private final HostPacker packer = new HostPacker();
  private LocalZone zone;
  private final RegionChanges regionChanges = new RegionChanges();
  private long serial;

  /**
   * Creates a compiler without Services. It uses the domain, TTL and name servers of the settings.
   */
  public AllNamesCompiler(ZoneSettings settings) {
    writer = new RecordWriter(settings);
    zones = new ZoneWriter(writer);
    zone = zones.services(settings, ZoneWriter.KUBERNETES).notForPeers();
  }

  /**
   * Compiles the zone.
   *
   * @param regions that have Services, in order of preference
   * @param domains zones of the regions' own domains: what is the same in both is kept once
   * @param loaded whether these are all Services
   * @param now the time for serial numbers
   */
  public LocalZone compile(
      List<RegionServices> regions, Map<String, LocalZone> domains, boolean loaded, Instant now) {
    Map<ServiceKey, ServiceRegions> changed = regionChanges.next(regions);
    if (!changed.isEmpty()) {
      serial = Math.max(serial + 1, now.getEpochSecond()) & 0xFFFF_FFFFL;
      List<LocalZone.Change> changes = new ArrayList<>();
      for (Map.Entry<ServiceKey, ServiceRegions> entry : changed.entrySet()) {
        compile(entry.getKey(), entry.getValue(), domains, changes);
        if (changes.size() >= BATCH) {
          zone = zones.next(zone, changes, serial);
          changes.clear();
        }
      }
      if (!changes.isEmpty()) {
        zone = zones.next(zone, changes, serial);
      }
    }
    if (loaded) {
      zone = zone.loadedFully();
    }
    return zone;
  }

  private void compile(
      ServiceKey key,
      ServiceRegions having,
      Map<String, LocalZone> domains,
      List<LocalZone.Change> changes) {
    byte[] name = ServiceNodes.name(key);
    ZoneNode before = zone.held(name);
    name =
        before instanceof HostsElsewhere hosts
            ? hosts.name() // in the index already
            : ServiceEverywhere.kept(name, having, domains);
    ZoneNode after = writer.fits(name) ? node(name, having, domains) : null;
    boolean same = before instanceof HostsElsewhere hosts && hosts.hasSameRecords(after);
    if (!same && (before != null || after != null)) {
      changes.add(new LocalZone.Change(name, after));
    }
  }

  private @Nullable ZoneNode node(
      byte[] name, ServiceRegions having, Map<String, LocalZone> domains) {
    String alias = ServiceEverywhere.alias(having);
    if (alias == null) {
      return ServiceEverywhere.hosts(name, having, domains, packer);
    }
    // What looks like an address is a name to the API server only.
    Name target = IpAddress.parse(alias).isPresent() ? null : writer.name(alias, Name.root);
    return target == null ? null : writer.alias(target);
  }

  /** Which regions have the Service of a name, and which of them answer, as of the last call. */
  public static List<String> explain(ServiceKey key, List<RegionServices> regions) {
    return ServiceEverywhere.explain(ServiceRegions.having(key, regions));
  }

  /** The names of the regions that answer for a Service. */
  public static List<String> answering(ServiceKey key, List<RegionServices> regions) {
    return ServiceEverywhere.answering(ServiceRegions.having(key, regions));
  }
}
