package io.regionbridge.dns.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TryTableTest {
  private static final class Entry extends TryTable.Entry {}

  @Test
  void randomUseAgreesWithAHashMap() {
    Random random = new Random(15);
    TryTable table = new TryTable();
    Map<Integer, TryTable.Entry> model = new HashMap<>();
    for (int step = 0; step < 50_000; step++) {
      int id = random.nextInt(65_536) & (step % 20_000 < 10_000 ? 0xFFFF : 0x3FF);
      assertThat(table.find(id)).isSameAs(model.get(id));
      if (model.containsKey(id) || random.nextInt(3) == 0) {
        TryTable.Entry gone = model.remove(id);
        if (gone != null) {
          gone.withdraw();
          gone.withdraw();
        }
      } else {
        Entry entry = new Entry();
        table.add(entry, id);
        model.put(id, entry);
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    List<TryTable.Entry> drained = new ArrayList<>();
    for (TryTable.Entry t = table.any(); t != null; t = table.any()) {
      table.remove(t);
      drained.add(t);
    }
    assertThat(drained).containsExactlyInAnyOrderElementsOf(model.values());
  }

  @Test
  void everyIdMayBeOutAtOnce() {
    TryTable table = new TryTable();
    for (int id = 0; id < 65_536; id++) {
      table.add(new Entry(), id);
    }
    assertThat(table.size()).isEqualTo(65_536);
    for (int id = 0; id < 65_536; id++) {
      TryTable.Entry t = table.find(id);
      assertThat(t != null && t.id() == id).isTrue();
    }
  }

  @Test
  void randomIdsFillTheWholeRangeWithoutOrder() {
    RandomIds ids = new RandomIds();
    Set<Integer> seen = new HashSet<>();
    int rising = 0;
    int last = 0;
    for (int i = 0; i < 40_000; i++) {
      int id = ids.next();
      assertThat(id).isBetween(0, 65_535);
      rising += id > last ? 1 : 0;
      last = id;
      seen.add(id);
    }
    // 40,000 draws of 65,536 hit 29,900 numbers on average, with a deviation below 100.
    assertThat(seen).hasSizeBetween(28_500, 31_300);
    assertThat(rising).isBetween(19_000, 21_000);
    assertThat(ids.bytes(8)).hasSize(8).isNotEqualTo(ids.bytes(8));
  }
}
