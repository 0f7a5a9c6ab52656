package io.regionbridge.router.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentMapTest {
  /** Few enough to meet again, and in groups of one hash: "Aa" and "BB" are such twins. */
  private static final List<String> KEYS = keys();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void behavesLikeAMapAndToldChangesLeadFromAnyVersionToAnyOther(long seed) {
    Random random = new Random(seed);
    PersistentMap<Object> map = PersistentMap.empty();
    Map<String, Object> model = new HashMap<>();
    List<PersistentMap<Object>> versions = new ArrayList<>(List.of(map));
    List<Map<String, Object>> models = new ArrayList<>(List.of(Map.of()));

    for (int i = 0; i < 2_000; i++) {
      String key = KEYS.get(random.nextInt(KEYS.size()));
      // Fills up first, then thins out again.
      if (random.nextInt(2_000) > i) {
        Object value = new Object();
        map = map.with(key, value);
        model.put(key, value);
      } else {
        map = map.without(key);
        model.remove(key);
      }
      assertThat(map.get(key)).isSameAs(model.get(key));
      if (i % 100 == 0) {
        versions.add(map);
        models.add(Map.copyOf(model));
      }
    }

    for (int v = 0; v < versions.size(); v++) {
      assertThat(contentOf(versions.get(v))).isEqualTo(models.get(v));
      assertThat(versions.get(v).size()).isEqualTo(models.get(v).size());
      int other = random.nextInt(versions.size());
      List<String> told = new ArrayList<>();
      versions.get(v).forEachChange(versions.get(other), told::add);
      assertThat(told)
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(difference(models.get(other), models.get(v)));
    }
  }

  @Test
  void sameEntriesMakeTheSameTreeWhicheverWayTheyCame() {
    PersistentMap<String> one = PersistentMap.empty();
    PersistentMap<String> other = PersistentMap.empty();
    for (String key : KEYS) {
      one = one.with(key, key);
    }
    for (String key : KEYS.reversed()) {
      other = other.with(key + "-gone", key).with(key, key);
    }
    for (String key : KEYS) {
      other = other.without(key + "-gone");
    }

    List<String> oneOrder = new ArrayList<>();
    one.forEach((key, _) -> oneOrder.add(key));
    List<String> otherOrder = new ArrayList<>();
    other.forEach((key, _) -> otherOrder.add(key));
    assertThat(otherOrder).isEqualTo(oneOrder);
    List<String> told = new ArrayList<>();
    one.forEachChange(other, told::add);
    assertThat(told).isEmpty();
  }

  @Test
  void removingWhatIsNotThereGivesTheSameMap() {
    PersistentMap<String> map = PersistentMap.<String>empty().with("Aa", "x");

    assertThat(map.without("BB")).isSameAs(map);
    assertThat(map.without("other")).isSameAs(map);
    assertThat(map.without("Aa").size()).isZero();
  }

  private static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      keys.add("name-" + i);
    }
    for (String a : List.of("Aa", "BB")) {
      for (String b : List.of("Aa", "BB")) {
        for (String c : List.of("Aa", "BB")) {
          keys.add(a + b + c);
        }
      }
    }
    return List.copyOf(keys);
  }

  private static <V> Map<String, V> contentOf(PersistentMap<V> map) {
    Map<String, V> content = new HashMap<>();
    map.forEach(content::put);
    return content;
  }

  private static Set<String> difference(Map<String, Object> before, Map<String, Object> after) {
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    keys.removeIf(key -> Objects.equals(before.get(key), after.get(key)));
    return keys;
  }
}
