package io.regionbridge.api.zones;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the Services whose names over all regions may say something else than before. Costs time in
 * proportion to what changed: a Service that one region has alone is not looked for in the others,
 * nor looked at when the order of the regions changes. Owned by one thread.
 */
final class RegionChanges {
  /** Any region may have the Service now. */
  private static final int ANY = -1;

  private List<RegionServices> last = List.of();

  /** Services that more than one region has: their names depend on the order of the regions. */
  private final Set<ServiceKey> shared = new HashSet<>();

  /** A region as long as its names are the same. */
  private record Identity(String region, String domain) {
    static Identity of(RegionServices services) {
      return new Identity(services.region(), services.domain());
    }
  }

  /**
   * The Services that changed since the last call, each with the regions that have it now.
   *
   * @param regions in order of preference
   */
  Map<ServiceKey, ServiceRegions> next(List<RegionServices> regions) {
    // With the place of the region that had the Service before and is the only one to change it.
    Map<ServiceKey, Integer> keys = new LinkedHashMap<>();
    if (isInOrder(regions)) {
      for (int i = 0; i < regions.size(); i++) {
        add(regions.get(i).services(), last.get(i).services(), i, keys);
      }
    } else {
      addAll(regions, keys);
      shared.forEach(key -> keys.put(key, ANY));
    }
    last = List.copyOf(regions);
    Map<ServiceKey, ServiceRegions> changed = new LinkedHashMap<>();
    keys.forEach((key, only) -> {
      boolean alone = only != ANY && !shared.contains(key);
      ServiceRegions having =
          ServiceRegions.having(key, alone ? List.of(regions.get(only)) : regions);
      if (having.parts().size() > 1) {
        shared.add(key);
      } else {
        shared.remove(key);
      }
      changed.put(key, having);
    });
    return changed;
  }

  private void addAll(List<RegionServices> regions, Map<ServiceKey, Integer> keys) {
    Map<Identity, Directory> before = new HashMap<>();
    last.forEach(region -> before.put(Identity.of(region), region.services()));
    for (int i = 0; i < regions.size(); i++) {
      RegionServices region = regions.get(i);
      add(region.services(), before.remove(Identity.of(region)), i, keys);
    }
    before.values().forEach(gone -> gone.forEach(service -> keys.put(service.key(), ANY)));
  }

  private static void add(
      Directory now, @Nullable Directory before, int region, Map<ServiceKey, Integer> keys) {
    if (before == null) {
      now.forEach(service -> keys.put(service.key(), ANY));
      return;
    }
    for (ServiceKey key : now.changes(before)) {
      int place = before.service(key) == null ? ANY : region;
      keys.merge(key, place, (_, _) -> ANY);
    }
  }

  /** Whether the regions are those of the last call, in the same order, and as reachable. */
  private boolean isInOrder(List<RegionServices> regions) {
    if (regions.size() != last.size()) {
      return false;
    }
    for (int i = 0; i < regions.size(); i++) {
      RegionServices now = regions.get(i);
      RegionServices before = last.get(i);
      if (!Identity.of(now).equals(Identity.of(before)) || now.reachable() != before.reachable()) {
        return false;
      }
    }
    return true;
  }
}
