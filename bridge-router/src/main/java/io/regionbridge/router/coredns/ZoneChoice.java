package io.regionbridge.router.coredns;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.net.ReverseDomains;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The zones that the bridge writes: each once, none that others have or may have, spelled as
 * CoreDNS takes them. Pure.
 *
 * @param written what is left to forward, in the order of what was asked for
 * @param taken what is not, and where it stands, in words
 */
record ZoneChoice(List<ForwardedZones> written, List<String> taken) {
  ZoneChoice {
    written = List.copyOf(written);
    taken = List.copyOf(taken);
  }

  /**
   * Chooses the zones to write. A reverse zone belongs to its range, even if it is somebody's
   * domain.
   *
   * @param port that CoreDNS serves on
   */
  static ZoneChoice of(List<ForwardedZones> wanted, ForeignZones foreign, String port) {
    Set<String> given = new HashSet<>();
    List<String> taken = new ArrayList<>();
    Map<Integer, List<String>> ranges = new TreeMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      List<String> keys = new ArrayList<>();
      for (String text : wanted.get(i).zones()) {
        if (Cidr.parse(text) instanceof Parsed.Valid(Cidr range)) {
          keys.addAll(keys(text, ReverseDomains.of(range), foreign, port, given, taken));
        }
      }
      ranges.put(i, keys);
    }
    List<ForwardedZones> written = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      List<String> keys = new ArrayList<>();
      for (String text : wanted.get(i).zones()) {
        if (Cidr.parse(text).get().isEmpty()) {
          keys.addAll(keys(text, List.of(Zone.normal(text)), foreign, port, given, taken));
        }
      }
      keys.addAll(ranges.get(i));
      if (!keys.isEmpty()) {
        written.add(new ForwardedZones(keys));
      }
    }
    return new ZoneChoice(written, taken);
  }

  /** All zones of a text in its own spelling; those that are left of it by their names. */
  private static List<String> keys(
      String text,
      List<String> names,
      ForeignZones foreign,
      String port,
      Set<String> given,
      List<String> taken) {
    List<String> free = new ArrayList<>();
    for (String name : names) {
      Optional<String> where = foreign.where(new Zone(Zone.DNS, name, port));
      where.ifPresent(
          place -> taken.add((names.size() == 1 ? text : name + " of " + text) + " in " + place));
      if (where.isEmpty() && given.add(name)) {
        free.add(name);
      }
    }
    boolean spelledAsItIs =
        free.size() == names.size() && Zone.read(text) instanceof Zone.Read.Zones;
    return spelledAsItIs
        ? List.of(text)
        : free.stream().filter(name -> Zone.read(name) instanceof Zone.Read.Zones).toList();
  }

  /** The names of all zones that are asked for, taken or not. */
  static Set<String> names(List<ForwardedZones> wanted) {
    Set<String> names = new HashSet<>();
    wanted.stream()
        .flatMap(zone -> zone.zones().stream())
        .forEach(text -> {
          if (Cidr.parse(text) instanceof Parsed.Valid(Cidr range)) {
            names.addAll(ReverseDomains.of(range));
          } else {
            names.add(Zone.normal(text));
          }
        });
    return names;
  }
}
