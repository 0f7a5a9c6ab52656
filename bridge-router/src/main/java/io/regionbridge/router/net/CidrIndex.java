package io.regionbridge.router.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the ranges that overlap another one without looking at all of them: those that contain it
 * by their prefixes, those inside it by their order. Not for several threads.
 *
 * @param <V> what belongs to a range
 */
public final class CidrIndex<V> {
  private final TreeMap<Cidr, List<V>> values = new TreeMap<>();

  /** A range and one of its values. */
  public record Entry<V>(Cidr range, V value) {}

  /** Adds a value; a range may have several. */
  public void add(Cidr range, V value) {
    values.computeIfAbsent(range, _ -> new ArrayList<>(1)).add(value);
  }

  /** All ranges that overlap this one: the wider ones first, then those inside it in order. */
  public List<Entry<V>> overlapping(Cidr range) {
    List<Entry<V>> found = new ArrayList<>();
    for (int length = 0; length < range.prefixLength(); length++) {
      Cidr wider = Cidr.containing(range.network(), length);
      values.getOrDefault(wider, List.of()).forEach(v -> found.add(new Entry<>(wider, v)));
    }
    for (Map.Entry<Cidr, List<V>> inside : values.tailMap(range, true).entrySet()) {
      if (!range.contains(inside.getKey())) {
        break;
      }
      inside.getValue().forEach(v -> found.add(new Entry<>(inside.getKey(), v)));
    }
    return found;
  }
}
