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
import org.xbill.DNS.SOARecord;

/**
 * Makes DNS zones of the directory: the region's domain as the Kubernetes DNS specification 1.1.0
 * has it, and the reverse zones of its pod ranges. Each call costs in proportion to the Services
 * that changed since the last one. Owned by one thread; what it returns is immutable.
 *
 * <p>Services that are not exported have no name here at all, for anybody: the cluster's own DNS
 * knows them. Until the directory is complete the zones are not {@linkplain LocalZone#loaded
 * loaded}, so nobody is told that a name does not exist.
 *
 * <p>For other settings make another compiler.
 */
public final class ZoneCompiler {
  private static final String SPECIFICATION = "1.1.0";

  /**
   * So many names are held before they go into the zone: the first load must not double the heap.
   */
  private static final int BATCH = 4096;

  private final ZoneSettings settings;
  private final RecordWriter writer;
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
    this.domain = settings.domain().toString(true);
    this.reverse = new ReverseZones(settings.podCidrs());
    this.zone = emptyZone(settings.domain(), "svc", apexExtras());
    for (Name apex : reverse.apexes()) {
      reverseZones.put(apex, emptyZone(apex, null, Map.of()));
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
      addChanges(key, names(before), names, changes);
      note(key, alias(names), aliases, aliasChanges);
      if (changes.size() >= BATCH) {
        zone = next(zone, changes);
        changes.clear();
      }
      addresses.addAll(reverse.changed(before, after));
      note(key, expandedThoughRemapped(after), remapped, remappedChanges);
      List<IpAddress> kept = after == null ? List.of() : settings.peers().withheld(after);
      note(key, kept, withheld, withheldChanges);
    }
    zone = next(zone, changes);
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
          reverseZones.computeIfPresent(apex, (_, of) -> next(of, changes));
          changes.clear();
        }
      }
    }
    for (Map.Entry<Name, Map<Name, @Nullable ZoneNode>> entry : changesOfZones.entrySet()) {
      Map<Name, @Nullable ZoneNode> changes = entry.getValue();
      reverseZones.computeIfPresent(entry.getKey(), (_, of) -> next(of, changes));
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

  /** Adds, of all names of a Service, those that do not say the same as before. */
  private void addChanges(
      ServiceKey key,
      Map<String, NameAnswers> before,
      Map<String, NameAnswers> after,
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
        changes.put(name, writer.node(name, service, answers));
      }
    });
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

  private LocalZone next(LocalZone of, Map<Name, @Nullable ZoneNode> changes) {
    if (changes.isEmpty()) {
      return of;
    }
    SOARecord soa = writer.soa(of.apex(), serial);
    changes.put(of.apex(), writer.apex(soa));
    return of.with(changes, soa);
  }

  private LocalZone emptyZone(
      Name apex, @Nullable String omittable, Map<Name, @Nullable ZoneNode> extras) {
    SOARecord soa = writer.soa(apex, serial);
    Map<Name, @Nullable ZoneNode> changes = new HashMap<>(extras);
    changes.put(apex, writer.apex(soa));
    return LocalZone.empty(apex, omittable, soa).with(changes, soa);
  }

  private Map<Name, @Nullable ZoneNode> apexExtras() {
    Map<Name, @Nullable ZoneNode> extras = new HashMap<>();
    Name version = writer.name("dns-version", settings.domain());
    if (version != null) {
      extras.put(version, writer.text(version, SPECIFICATION));
    }
    if (!settings.nameServers().isEmpty()) {
      extras.put(
          writer.nameServer(), writer.addresses(writer.nameServer(), settings.nameServers()));
    }
    return extras;
  }
}
