package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.directory.ClusterIpRule;
import io.regionbridge.router.directory.ClusterIpRule.RemappedPort;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.net.IpAddress;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Makes DNS zones of the directory: the region's domain as the Kubernetes DNS specification 1.1.0
 * has it, and the reverse zones of its pod ranges. Each call costs in proportion to the Services
 * that changed since the last one. Owned by one thread; what it returns is immutable.
 *
 * <p>Services that are not exported have no name here at all, for anybody: the cluster's own DNS
 * knows them. Until the directory is read the zones are not {@linkplain LocalZone#loaded loaded},
 * so nobody is told that a name does not exist.
 *
 * <p>For other settings make another compiler.
 */
public final class ZoneCompiler {
  /**
   * So many names are held before they go into the zone: the first load must not double the heap.
   */
  private static final int BATCH = 4096;

  private final ZoneSettings settings;
  private final RecordWriter writer;
  private final ZoneWriter zones;
  private final String domain;
  private final ReverseZones reverse;
  private final Map<Name, LocalZone> reverseZones = new LinkedHashMap<>();
  private LocalZone zone;
  private Map<ServiceKey, List<RemappedPort>> remapped = Map.of();
  private Map<ServiceKey, List<IpAddress>> withheld = Map.of();
  private Map<ServiceKey, List<Name>> aliases = Map.of();
  private Directory last = Directory.EMPTY;
  private long serial;

  public ZoneCompiler(ZoneSettings settings) {
    this.settings = settings;
    this.writer = new RecordWriter(settings);
    this.zones = new ZoneWriter(writer);
    this.domain = settings.domain().toString(true);
    this.reverse = new ReverseZones(settings.podCidrs());
    this.zone = zones.services(settings);
    for (Name apex : reverse.apexes()) {
      reverseZones.put(apex, zones.empty(apex, null, Map.of()));
    }
  }

  /**
   * The zones of a directory.
   *
   * @param now the time that serial numbers are taken from
   */
  public CompiledZones compile(Directory directory, Instant now) {
    Set<ServiceKey> changed = directory.changes(last);
    if (!changed.isEmpty()) {
      serial = Math.max(serial + 1, now.getEpochSecond()) & 0xFFFF_FFFFL;
      compileChanges(changed, directory);
    }
    last = directory;
    if (directory.complete()) {
      zone = zone.loadedFully();
      reverseZones.replaceAll((_, of) -> of.loadedFully());
    } else if (directory.extent() == Directory.Extent.PARTIAL) {
      zone = zone.loadedInPart();
      reverseZones.replaceAll((_, of) -> of.loadedInPart());
    }
    return new CompiledZones(
        zone,
        List.copyOf(reverseZones.values()),
        remapped,
        withheld,
        settings.peers(),
        aliases,
        directory.generation());
  }

  private void compileChanges(Set<ServiceKey> changed, Directory directory) {
    Map<Name, @Nullable ZoneNode> changes = new HashMap<>();
    Set<IpAddress> addresses = new HashSet<>();
    Map<ServiceKey, List<RemappedPort>> remappedChanges = new HashMap<>();
    Map<ServiceKey, List<IpAddress>> withheldChanges = new HashMap<>();
    Map<ServiceKey, List<Name>> aliasChanges = new HashMap<>();
    for (ServiceKey key : changed) {
      DirectoryService before = exported(last.service(key));
      DirectoryService after = exported(directory.service(key));
      Map<String, NameAnswers> names = names(after);
      zones.addChanges(key, names(before), names, changes);
      note(key, alias(names), aliases, aliasChanges);
      if (changes.size() >= BATCH) {
        zone = zones.next(zone, changes, serial);
        changes.clear();
      }
      addresses.addAll(reverse.changed(before, after));
      note(key, expandedThoughRemapped(after), remapped, remappedChanges);
      List<IpAddress> kept = after == null ? List.of() : settings.peers().withheld(after);
      note(key, kept, withheld, withheldChanges);
    }
    zone = zones.next(zone, changes, serial);
    compileReverse(addresses, directory);
    remapped = changed(remapped, remappedChanges);
    withheld = changed(withheld, withheldChanges);
    aliases = changed(aliases, aliasChanges);
  }

  /** The name that a Service leads to, if it is an alias. */
  private List<Name> alias(Map<String, NameAnswers> names) {
    NameAnswers self = names.get(ServiceNames.SELF);
    String target = self == null ? null : self.peers().alias();
    Name absolute = target == null ? null : writer.name(target, Name.root);
    return absolute == null ? List.of() : List.of(absolute);
  }

  private static <T> void note(
      ServiceKey key,
      List<T> now,
      Map<ServiceKey, List<T>> before,
      Map<ServiceKey, List<T>> changes) {
    if (!now.equals(before.getOrDefault(key, List.of()))) {
      changes.put(key, now);
    }
  }

  private static <T> Map<ServiceKey, List<T>> changed(
      Map<ServiceKey, List<T>> before, Map<ServiceKey, List<T>> changes) {
    if (changes.isEmpty()) {
      return before;
    }
    Map<ServiceKey, List<T>> next = new TreeMap<>(before);
    next.putAll(changes);
    next.values().removeIf(List::isEmpty);
    return Collections.unmodifiableMap(next);
  }

  private void compileReverse(Set<IpAddress> addresses, Directory directory) {
    Map<Name, Map<Name, @Nullable ZoneNode>> changesOfZones = new HashMap<>();
    for (IpAddress address : addresses) {
      Name name = ReverseNames.of(address);
      Name apex = reverse.zoneOf(address, name);
      if (apex != null) {
        Map<Name, @Nullable ZoneNode> changes =
            changesOfZones.computeIfAbsent(apex, _ -> new HashMap<>());
        changes.put(name, pointers(name, address, directory));
        if (changes.size() >= BATCH) {
          reverseZones.computeIfPresent(apex, (_, of) -> zones.next(of, changes, serial));
          changes.clear();
        }
      }
    }
    for (Map.Entry<Name, Map<Name, @Nullable ZoneNode>> entry : changesOfZones.entrySet()) {
      Map<Name, @Nullable ZoneNode> changes = entry.getValue();
      reverseZones.computeIfPresent(entry.getKey(), (_, of) -> zones.next(of, changes, serial));
    }
  }

  private @Nullable ZoneNode pointers(Name owner, IpAddress address, Directory directory) {
    List<Name> targets =
        reverse.namesOf(address, directory).stream()
            .map(this::endpoint)
            .filter(Objects::nonNull)
            .toList();
    return targets.isEmpty() ? null : writer.pointers(owner, targets);
  }

  private @Nullable Name endpoint(ReverseZones.EndpointName endpoint) {
    Name service = writer.service(endpoint.service());
    return service == null ? null : writer.name(endpoint.label(), service);
  }

  private Map<String, NameAnswers> names(@Nullable DirectoryService service) {
    DirectoryService given = service == null ? null : settings.peers().given(service);
    return service == null || given == null
        ? Map.of()
        : ServiceNames.of(service, given, domain, settings.clusterDomains());
  }

  private @Nullable DirectoryService exported(@Nullable DirectoryService service) {
    return service != null && settings.peers().export().exports(service.facts()) ? service : null;
  }

  private List<RemappedPort> expandedThoughRemapped(@Nullable DirectoryService service) {
    return service != null
            && settings.peers().clusterIp().decide(service)
                instanceof ClusterIpRule.Answer.Endpoints(List<RemappedPort> ports)
        ? ports
        : List.of();
  }
}
