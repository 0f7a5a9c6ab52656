package io.regionbridge.api.zones;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Orders peer regions by their round trips. A round trip replaces the one in use only if it differs
 * by a third and by a millisecond or more, so that neither packet loss nor a busy machine changes
 * the order: each other order costs all names a look. Owned by one thread.
 */
public final class RegionOrder {
  private static final double CLEARLY = 1.0 / 3;

  /** In milliseconds. */
  private static final double LEAST = 1;

  private final Map<String, Double> counted = new HashMap<>();
  private Map<String, Double> last = Map.of();
  private List<String> order = List.of();

  /**
   * The regions, nearest first and those without a round trip last.
   *
   * @param millis the round trip to each; 0: unknown
   */
  public List<String> of(Map<String, Double> millis) {
    if (millis.equals(last)) {
      return order;
    }
    last = Map.copyOf(millis);
    counted.keySet().retainAll(millis.keySet());
    millis.forEach((region, now) -> {
      double before = counted.getOrDefault(region, 0.0);
      boolean known = now > 0;
      if (known && (before == 0 || Math.abs(now - before) > Math.max(LEAST, before * CLEARLY))) {
        counted.put(region, now);
      } else {
        counted.putIfAbsent(region, now);
      }
    });
    order =
        counted.entrySet().stream()
            .sorted(
                Comparator.<Map.Entry<String, Double>>comparingDouble(
                        e -> e.getValue() == 0 ? Double.MAX_VALUE : e.getValue())
                    .thenComparing(Map.Entry::getKey))
            .map(Map.Entry::getKey)
            .toList();
    return order;
  }
}
