package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.HostGroup;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.View;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Makes DNS zones of the directory: the region's domain as the Kubernetes DNS specification 1.1.0
 * has it, and the reverse zones of its pod ranges. A range with an alias has zones for both, and
 * peers ask for the alias alone. Each call costs in proportion to the Services that changed since
 * the last one. Owned by one thread; what it returns is immutable.
 *
 * <p>Services that are not exported have no name here at all, for anybody: the cluster's own DNS
 * knows them. Until the directory is read the zones are not {@linkplain LocalZone#loaded loaded},
 * so no name gets NXDOMAIN.
 *
 * <p>For other settings make another compiler.
 */
public final class ZoneCompiler {
  /**
   * So many names are held before they go into the zone: the first load must not double the heap.
   */
  private static final int BATCH = 4096;

  private final ZoneSettings settings;
  private final boolean finding;
  private final RecordWriter writer;
  private final ZoneWriter zones;
  private final ServiceNodes nodes = new ServiceNodes();
  private final ReverseZones reverse;
  private final Map<Name, LocalZone> reverseZones = new LinkedHashMap<>();
  private final ReverseZones known;
  private final Map<Name, LocalZone> knownZones = new LinkedHashMap<>();
  private LocalZone zone;
  private Map<ServiceKey, List<String>> remapped = Map.of();
  private Map<ServiceKey, List<IpAddress>> withheld = Map.of();
  private Map<ServiceKey, List<Name>> aliases = Map.of();
  private Directory last = Directory.EMPTY;
  private @Nullable CompiledZones made;
  private long serial;

  /**
   * Creates a compiler for the local region, which also finds what operators should know of
   * Services.
   */
  public ZoneCompiler(ZoneSettings settings) {
    this(settings, true);
  }

  /**
   * Creates a compiler.
   *
   * @param finding whether to find Services that are remapped, withheld or aliases
   */
  ZoneCompiler(ZoneSettings settings, boolean finding) {
    this.finding = finding;
    this.settings = settings;
    this.writer = new RecordWriter(settings);
    this.zones = new ZoneWriter(writer);
    AliasRanges ranges = settings.peers().aliases();
    List<AliasRange> aliased = ranges.aliased(settings.podCidrs());
    List<Cidr> own = aliased.stream().map(AliasRange::range).toList();
    List<Cidr> others = ranges.unaliased(settings.podCidrs());
    this.reverse =
        new ReverseZones(Stream.concat(own.stream(), others.stream()).toList(), View.CLUSTER);
    this.known = new ReverseZones(aliased.stream().map(AliasRange::alias).toList(), View.PODS);
    this.zone = zones.services(settings, ZoneWriter.KUBERNETES);
    reverse.apexes().forEach(apex -> reverseZones.put(apex, zones.empty(apex, null, Map.of())));
    own.stream()
        .flatMap(range -> ReverseZones.apexesOf(range).stream())
        .forEach(apex -> reverseZones.computeIfPresent(apex, (_, of) -> of.notForPeers()));
    known.apexes().forEach(apex -> knownZones.put(apex, zones.empty(apex, null, Map.of())));
  }

  /**
   * Compiles a directory.
   *
   * @param now the time for serial numbers
   */
  @SuppressWarnings("ReferenceEquality") // the same snapshot makes the same zones
  public CompiledZones compile(Directory directory, Instant now) {
    if (made != null && directory == last) {
      return made;
    }
    Set<ServiceKey> changed = directory.changes(last);
    if (!changed.isEmpty()) {
      serial = Math.max(serial + 1, now.getEpochSecond()) & 0xFFFF_FFFFL;
      compileChanges(changed, directory);
    }
    last = directory;
    if (directory.complete()) {
      zone = zone.loadedFully();
    } else if (directory.extent() == Directory.Extent.PARTIAL) {
      zone = zone.loadedInPart();
    }
    reverseZones.replaceAll((_, of) -> reverse(reverse, of, directory.extent()));
    reverse.markPublished();
    knownZones.replaceAll((_, of) -> reverse(known, of, directory.extent()));
    known.markPublished();
    made =
        new CompiledZones(
            zone,
            Stream.concat(reverseZones.values().stream(), knownZones.values().stream()).toList(),
            remapped,
            withheld,
            settings.peers(),
            aliases);
    return made;
  }

  private LocalZone reverse(ReverseZones pointers, LocalZone of, Directory.Extent extent) {
    LocalZone next = pointers.of(of, zone, old -> zones.next(old, List.of(), serial));
    return switch (extent) {
      case LOADING -> next;
      case PARTIAL -> next.loadedInPart();
      case COMPLETE -> next.loadedFully();
    };
  }

  private void compileChanges(Set<ServiceKey> changed, Directory directory) {
    List<LocalZone.Change> changes = new ArrayList<>();
    Map<ServiceKey, List<String>> remappedChanges = new HashMap<>();
    Map<ServiceKey, List<IpAddress>> withheldChanges = new HashMap<>();
    Map<ServiceKey, List<Name>> aliasChanges = new HashMap<>();
    for (ServiceKey key : changed) {
      DirectoryService service = directory.service(key);
      DirectoryService given = service == null ? null : settings.peers().given(service);
      compile(key, service, given, changes);
      if (changes.size() >= BATCH) {
        zone = zones.next(zone, changes, serial);
        changes.clear();
      }
      if (!finding) {
        continue;
      }
      String alias = given == null ? null : given.facts().externalName();
      note(key, target(alias), aliases, aliasChanges);
      List<String> ports = service == null ? List.of() : settings.peers().remapped(service);
      note(key, ports, remapped, remappedChanges);
      List<IpAddress> kept = service == null ? List.of() : settings.peers().withheld(service);
      note(key, kept, withheld, withheldChanges);
    }
    if (!changes.isEmpty()) {
      zone = zones.next(zone, changes, serial);
    }
    remapped = changed(remapped, remappedChanges);
    withheld = changed(withheld, withheldChanges);
    aliases = changed(aliases, aliasChanges);
  }

  private void compile(
      ServiceKey key,
      @Nullable DirectoryService service,
      @Nullable DirectoryService given,
      List<LocalZone.Change> changes) {
    byte[] name = ServiceNodes.name(key);
    HostGroup before = zone.hosts(name);
    if (before != null) {
      name = before.name(); // in the index and with the addresses already
    }
    ZoneNode after =
        service == null || given == null || !writer.fits(name) ? null : node(name, service, given);
    if (before != null && before.hasSameRecords(after)) {
      return;
    }
    HostGroup hosts = after instanceof HostGroup group ? group : null;
    reverse.change(before, hosts);
    known.change(before, hosts);
    if (after != null || zone.held(name) != null) {
      changes.add(new LocalZone.Change(name, after));
    }
  }

  private @Nullable ZoneNode node(byte[] name, DirectoryService service, DirectoryService given) {
    if (given.facts().externalName() != null) {
      List<Name> target = target(given.facts().externalName());
      return target.isEmpty() ? null : writer.alias(target.getFirst());
    }
    return nodes.hosts(name, service, given);
  }

  /** The name that an alias leads to; none for what looks like a name to the API server only. */
  private List<Name> target(@Nullable String external) {
    if (external == null || IpAddress.parse(external).isPresent()) {
      return List.of();
    }
    Name target = writer.name(external, Name.root);
    return target == null ? List.of() : List.of(target);
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
}
