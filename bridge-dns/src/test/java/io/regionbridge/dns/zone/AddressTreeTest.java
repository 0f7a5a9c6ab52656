package io.regionbridge.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTreeTest {

  @ParameterizedTest
  @CsvSource({"1, 400", "2, 4000", "3, 60000"})
  void holdsWhatAnOrderedMapHolds(long seed, int span) {
    Random random = new Random(seed);
    AddressTree<Integer> tree = AddressTree.empty(false);
    TreeMap<Integer, Integer> model = new TreeMap<>(Integer::compareUnsigned);
    int base = random.nextInt();
    for (int step = 0; step < 20_000; step++) {
      int address = base + (step < 3000 ? step : random.nextInt(span));
      boolean gone = random.nextInt(step < 10_000 ? 3 : 2) == 0;
      AddressTree<Integer> before = tree;
      Integer was = model.get(address);
      if (gone) {
        tree = tree.without(0, Integer.toUnsignedLong(address));
        model.remove(address);
      } else {
        tree = tree.with(0, Integer.toUnsignedLong(address), step);
        model.put(address, step);
      }
      assertThat(tree.get(0, Integer.toUnsignedLong(address))).isEqualTo(model.get(address));
      assertThat(before.get(0, Integer.toUnsignedLong(address))).as("before").isEqualTo(was);
      if (step % 100 == 0) {
        check(tree, model, random, base, span);
      }
    }
    for (int address : model.keySet().toArray(Integer[]::new)) {
      tree = tree.without(0, Integer.toUnsignedLong(address));
    }
    assertThat(tree.holdsAny(0, 0, 0, -1)).isFalse();
  }

  private static void check(
      AddressTree<Integer> tree,
      NavigableMap<Integer, Integer> model,
      Random random,
      int base,
      int span) {
    model.forEach((address, value) ->
        assertThat(tree.get(0, Integer.toUnsignedLong(address))).isEqualTo(value));
    for (int i = 0; i < 20; i++) {
      int first = base - 10 + random.nextInt(span + 20);
      int last = first + random.nextInt(40);
      if (Integer.compareUnsigned(first, last) <= 0) {
        assertThat(tree.holdsAny(0, Integer.toUnsignedLong(first), 0, Integer.toUnsignedLong(last)))
            .isEqualTo(!model.subMap(first, true, last, true).isEmpty());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void ipv6AddressesAreToldApartByBothHalves(long seed) {
    Random random = new Random(seed);
    AddressTree<Integer> tree = AddressTree.empty(true);
    TreeMap<String, Integer> model = new TreeMap<>();
    for (int step = 0; step < 5000; step++) {
      long high = random.nextInt(8) - 4L;
      long low = random.nextInt(200) - 100L;
      String key = high + " " + low;
      if (random.nextInt(3) == 0) {
        tree = tree.without(high, low);
        model.remove(key);
      } else {
        tree = tree.with(high, low, step);
        model.put(key, step);
      }
    }
    for (long high = -4; high < 4; high++) {
      for (long low = -100; low < 100; low++) {
        assertThat(tree.get(high, low)).isEqualTo(model.get(high + " " + low));
        assertThat(tree.holdsAny(high, low, high, low))
            .isEqualTo(model.containsKey(high + " " + low));
      }
    }
  }
}
