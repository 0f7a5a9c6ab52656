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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Makes the zone in which a Service has one name over all regions. Each call costs in proportion to
 * the Services that changed, or to all when the order of the regions did. Owned by one thread; what
 * it returns is immutable.
 */
public final class AllNamesCompiler {
  private static final int BATCH = 4096;

  private final RecordWriter writer;
  private final ZoneWriter zones;
  private final HostPacker packer = new HostPacker();
  private LocalZone zone;
  private List<RegionServices> last = List.of();
  private long serial;

  /**
   * With no Service.
   *
   * @param settings of which the domain, the time to live and the name servers count
   */
  public AllNamesCompiler(ZoneSettings settings) {
    writer = new RecordWriter(settings);
    zones = new ZoneWriter(writer);
    zone = zones.services(settings, ZoneWriter.KUBERNETES).notForPeers();
  }

  /**
   * The zone.
   *
   * @param regions that have Services, in order of preference
   * @param loaded whether these are all that there are
   * @param now the time that serial numbers are taken from
   */
  public LocalZone compile(List<RegionServices> regions, boolean loaded, Instant now) {
    Set<ServiceKey> changed = changed(regions, last);
    if (!changed.isEmpty()) {
      serial = Math.max(serial + 1, now.getEpochSecond()) & 0xFFFF_FFFFL;
      List<LocalZone.Change> changes = new ArrayList<>();
      for (ServiceKey key : changed) {
        compile(key, regions, changes);
        if (changes.size() >= BATCH) {
          zone = zones.next(zone, changes, serial);
          changes.clear();
        }
      }
      if (!changes.isEmpty()) {
        zone = zones.next(zone, changes, serial);
      }
    }
    last = List.copyOf(regions);
    if (loaded) {
      zone = zone.loadedFully();
    }
    return zone;
  }

  private void compile(
      ServiceKey key, List<RegionServices> regions, List<LocalZone.Change> changes) {
    byte[] name = ServiceNodes.name(key);
    ZoneNode before = zone.held(name);
    if (before instanceof HostsElsewhere hosts) {
      name = hosts.name(); // in the index already
    }
    ZoneNode after = writer.fits(name) ? node(name, key, regions) : null;
    boolean same = before instanceof HostsElsewhere hosts && hosts.says(after);
    if (!same && (before != null || after != null)) {
      changes.add(new LocalZone.Change(name, after));
    }
  }

  private @Nullable ZoneNode node(byte[] name, ServiceKey key, List<RegionServices> regions) {
    String alias = ServiceEverywhere.alias(key, regions);
    if (alias == null) {
      return ServiceEverywhere.hosts(name, key, regions, packer);
    }
    // What looks like an address is a name to the API server only.
    Name target = IpAddress.parse(alias).isPresent() ? null : writer.name(alias, Name.root);
    return target == null ? null : writer.alias(target);
  }

  /** The Services whose names may say something else than before. */
  static Set<ServiceKey> changed(List<RegionServices> regions, List<RegionServices> last) {
    Set<ServiceKey> changed = new LinkedHashSet<>();
    if (sameOrder(regions, last)) {
      for (int i = 0; i < regions.size(); i++) {
        changed.addAll(regions.get(i).services().changes(last.get(i).services()));
      }
    } else {
      regions.forEach(region -> region.services().forEach(s -> changed.add(s.key())));
      last.forEach(region -> region.services().forEach(s -> changed.add(s.key())));
    }
    return changed;
  }

  private static boolean sameOrder(List<RegionServices> regions, List<RegionServices> last) {
    if (regions.size() != last.size()) {
      return false;
    }
    for (int i = 0; i < regions.size(); i++) {
      RegionServices now = regions.get(i);
      RegionServices before = last.get(i);
      if (!now.region().equals(before.region())
          || !now.domain().equals(before.domain())
          || now.reachable() != before.reachable()) {
        return false;
      }
    }
    return true;
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
