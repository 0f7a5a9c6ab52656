package io.regionbridge.router.coredns;

import io.regionbridge.router.discovery.ClusterView;
import io.regionbridge.router.discovery.ClusterWatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Zones that somebody else's server blocks have. CoreDNS refuses a configuration in which a zone
 * stands twice, all of it, and does not come up with it: such a zone is left to those who have it.
 * Pure.
 *
 * @param places by zone and port, such as {@code mn.internal:53}: where it stands
 */
record TakenZones(Map<String, String> places) {
  TakenZones {
    places = Map.copyOf(places);
  }

  /** Those of a cluster. */
  static TakenZones of(ClusterView view) {
    Map<String, String> places = new TreeMap<>();
    switch (CoreDnsKind.of(view)) {
      case CoreDnsKind.Imported _ -> {
        add(places, "the Corefile", corefile(view));
        Optional.ofNullable(view.configMaps().get(ClusterWatcher.COREDNS_CUSTOM))
            .ifPresent(map ->
                map.data()
                    .forEach((key, text) -> {
                      if (key.endsWith(".server") && !key.equals(CoreDnsPlan.KEY)) {
                        add(places, "key " + key + " of coredns-custom", text);
                      }
                    }));
      }
      case CoreDnsKind.Corefile _ ->
          add(
              places,
              "the Corefile",
              CorefileEditor.without(corefile(view)).orElse("")); // broken marks are told apart
      // Helm makes that file of our values and of nothing else.
      case CoreDnsKind.HelmValues _, CoreDnsKind.Unknown _ -> {}
    }
    return new TakenZones(places);
  }

  private static String corefile(ClusterView view) {
    return Optional.ofNullable(view.configMaps().get(ClusterWatcher.COREDNS))
        .map(map -> map.data().get(CoreDnsKind.COREFILE))
        .orElse("");
  }

  private static void add(Map<String, String> places, String where, String text) {
    ServerBlock.in(text).forEach(block -> block.zones().forEach(zone -> places.put(zone, where)));
  }

  /** What of the zones nobody else has. */
  List<ForwardZone> free(List<ForwardZone> zones, int port) {
    List<ForwardZone> free = new ArrayList<>();
    for (ForwardZone zone : zones) {
      List<String> names =
          zone.zones().stream().filter(name -> where(name, port).isEmpty()).toList();
      if (!names.isEmpty()) {
        free.add(new ForwardZone(names));
      }
    }
    return free;
  }

  /** What of the zones somebody else has, and where, in words; empty: nothing. */
  Optional<String> told(List<ForwardZone> zones, int port) {
    String told =
        zones.stream()
            .flatMap(zone -> zone.zones().stream())
            .flatMap(name -> where(name, port).map(place -> name + " in " + place).stream())
            .collect(Collectors.joining(", "));
    return told.isEmpty() ? Optional.empty() : Optional.of(told);
  }

  private Optional<String> where(String name, int port) {
    return Optional.ofNullable(places.get(ServerBlock.zone(name + ":" + port)));
  }
}
