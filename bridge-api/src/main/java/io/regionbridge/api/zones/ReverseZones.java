package io.regionbridge.api.zones;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Which names the addresses of the local pods lead back to: in every Service that an endpoint is
 * part of, the endpoint's name, as CoreDNS has it; those with a hostname first. Remembers which
 * Services an address is part of; owned by one thread.
 */
final class ReverseZones {
  private final List<Cidr> ranges;
  private final Map<IpAddress, List<ServiceKey>> owners = new HashMap<>();

  ReverseZones(Collection<Cidr> ranges) {
    this.ranges =
        ranges.stream()
            .distinct()
            .filter(range -> ranges.stream().noneMatch(r -> !r.equals(range) && r.contains(range)))
            .toList();
  }

  /** The apex of each zone. */
  Set<Name> apexes() {
    Set<Name> apexes = new LinkedHashSet<>();
    ranges.forEach(range -> apexes.addAll(ReverseNames.zones(range)));
    return apexes;
  }

  /**
   * A Service has changed.
   *
   * @param before null if it is new, or had no names before
   * @param after null if it is gone, or has no names any more
   * @return the addresses whose names may have changed by that
   */
  Set<IpAddress> changed(@Nullable DirectoryService before, @Nullable DirectoryService after) {
    if (ranges.isEmpty()) {
      return Set.of();
    }
    Map<IpAddress, String> were = names(before);
    Map<IpAddress, String> are = names(after);
    Set<IpAddress> touched = new HashSet<>();
    if (before != null) {
      were.forEach((address, name) -> {
        if (!are.containsKey(address)) {
          owners.computeIfPresent(address, (_, keys) -> without(keys, before.key()));
        }
        if (!Objects.equals(are.get(address), name)) {
          touched.add(address);
        }
      });
    }
    if (after != null) {
      List<ServiceKey> alone = List.of(after.key()); // one list for all addresses of the Service
      are.forEach((address, _) -> {
        if (!were.containsKey(address)) {
          owners.merge(address, alone, (keys, _) -> with(keys, after.key()));
          touched.add(address);
        }
      });
    }
    return touched;
  }

  /** The apex of the zone that an address's name is in, or null if it is in none of them. */
  @Nullable Name zoneOf(IpAddress address, Name name) {
    InetAddress inet = address.toInetAddress();
    for (Cidr range : ranges) {
      if (range.contains(inet)) {
        return ReverseNames.zoneOf(name, range);
      }
    }
    return null;
  }

  /**
   * The Services that an address is part of, each with the label that the endpoint has in it. All
   * of them are in the directory.
   */
  List<EndpointName> namesOf(IpAddress address, Directory directory) {
    List<EndpointName> names = new ArrayList<>(1);
    for (ServiceKey key : owners.getOrDefault(address, List.of())) {
      DirectoryService service = directory.service(key);
      if (service != null) {
        for (Endpoint endpoint : at(address, service.endpoints())) {
          names.add(new EndpointName(key, endpoint.name(), endpoint.hostname() != null));
        }
      }
    }
    Collections.sort(names);
    return names;
  }

  /** What an endpoint is called in one Service. */
  record EndpointName(ServiceKey service, String label, boolean hostname)
      implements Comparable<EndpointName> {
    private static final Comparator<EndpointName> ORDER =
        Comparator.comparing(EndpointName::hostname)
            .reversed()
            .thenComparing(EndpointName::service)
            .thenComparing(EndpointName::label);

    @Override
    public int compareTo(EndpointName other) {
      return ORDER.compare(this, other);
    }
  }

  /** The endpoints at an address: more than one if it has several hostnames. */
  private static List<Endpoint> at(IpAddress address, List<Endpoint> sorted) {
    int from = 0;
    int to = sorted.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (sorted.get(middle).address().compareTo(address) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    int end = from;
    while (end < sorted.size() && sorted.get(end).address().equals(address)) {
      end++;
    }
    return sorted.subList(from, end);
  }

  private static Map<IpAddress, String> names(@Nullable DirectoryService service) {
    if (service == null) {
      return Map.of();
    }
    Map<IpAddress, String> names = HashMap.newHashMap(service.endpoints().size());
    for (Endpoint endpoint : service.endpoints()) {
      names.merge(endpoint.address(), endpoint.name(), (one, other) -> one + " " + other);
    }
    return names;
  }

  private static List<ServiceKey> with(List<ServiceKey> keys, ServiceKey key) {
    List<ServiceKey> more = new ArrayList<>(keys);
    more.add(key);
    return List.copyOf(more);
  }

  private static @Nullable List<ServiceKey> without(List<ServiceKey> keys, ServiceKey key) {
    List<ServiceKey> left = keys.stream().filter(other -> !other.equals(key)).toList();
    return left.isEmpty() ? null : left;
  }
}
