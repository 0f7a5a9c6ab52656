package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Makes the zone of imported Services. Each call costs in proportion to the Services that changed,
 * or to those that several regions have when the order of the regions did. Owned by one thread;
 * what it returns is immutable.
 */
public final class ImportedZoneCompiler {
  private final RecordWriter writer;
  private final ZoneWriter zones;
  private LocalZone zone;
  private final RegionChanges regionChanges = new RegionChanges();
  private List<RegionServices> last = List.of();
  private Directory lastLocal = Directory.EMPTY;
  private long serial;

  /**
   * Creates a compiler without Services. It uses the domain, TTL and name servers of the settings.
   */
  public ImportedZoneCompiler(ZoneSettings settings) {
    writer = new RecordWriter(settings);
    zones = new ZoneWriter(writer);
    zone = zones.services(settings, ZoneWriter.MULTI_CLUSTER).notForPeers();
  }

  /**
   * Compiles the zone.
   *
   * @param regions that have Services, in order of preference
   * @param local all local Services, including those that give imports their addresses
   * @param loaded whether these are all Services
   * @param now the time for serial numbers
   */
  public LocalZone compile(
      List<RegionServices> regions, Directory local, boolean loaded, Instant now) {
    Set<ServiceKey> changed = new HashSet<>(regionChanges.next(regions).keySet());
    changed.addAll(ImportedNames.changes(local, lastLocal));
    Map<Name, @Nullable ZoneNode> changes = new HashMap<>();
    for (ServiceKey key : changed) {
      add(
          key,
          ImportedNames.names(key, last, lastLocal),
          ImportedNames.names(key, regions, local),
          changes);
    }
    if (!changes.isEmpty()) {
      serial = Math.max(serial + 1, now.getEpochSecond()) & 0xFFFF_FFFFL;
      zone = zones.next(zone, changes, serial);
    }
    last = List.copyOf(regions);
    lastLocal = local;
    if (loaded) {
      zone = zone.loadedFully();
    }
    return zone;
  }

  /** Of all names of a Service, those that do not say the same as before. */
  private void add(
      ServiceKey key,
      Map<String, ImportedNames.Answers> before,
      Map<String, ImportedNames.Answers> after,
      Map<Name, @Nullable ZoneNode> changes) {
    Name service = writer.service(key);
    if (service == null) {
      return;
    }
    for (String labels : before.keySet()) {
      Name name = writer.name(labels, service);
      if (name != null && !after.containsKey(labels)) {
        changes.put(name, null);
      }
    }
    after.forEach((labels, answers) -> {
      Name name = writer.name(labels, service);
      if (name != null && !answers.equals(before.get(labels))) {
        changes.put(name, writer.imported(name, service, answers));
      }
    });
  }

  /** Which regions export the Service of a name, and which of them answer. */
  public static List<String> explain(
      ServiceKey key, List<RegionServices> regions, Directory local) {
    return ImportedNames.explain(key, regions, local);
  }

  /** The names of the regions that answer for an import. */
  public static List<String> answering(ServiceKey key, List<RegionServices> regions) {
    return ImportedNames.answering(key, regions);
  }
}
