package io.regionbridge.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.wire.NameHash;
import io.regionbridge.dns.wire.Octets;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NameIndexTest {
  private static byte[] octets(String name) {
    return name.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A value with a name, which may be that of its entry. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity
  private record Own(byte[] name, Object number) implements NameIndex.Named {
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  private static Object value(byte[] name, int number) {
    return switch (number % 3) {
      case 0 -> "value " + number;
      case 1 -> new Own(name, number);
      default -> new Own(octets("\5other"), number);
    };
  }

  @Test
  void theEmptyIndexHasNothing() {
    NameIndex<String> empty = NameIndex.empty();
    assertThat(empty.size()).isZero();
    assertThat(empty.get(new byte[0])).isNull();
    assertThat(empty.without(octets("a"))).isSameAs(empty);
  }

  @Test
  void theEmptyNameIsAName() {
    NameIndex<String> index = NameIndex.<String>empty().with(new byte[0], "apex");
    assertThat(index.get(octets("xyz"), 1, 0)).isEqualTo("apex");
    assertThat(index.without(new byte[0]).size()).isZero();
  }

  /** Random changes against a map that is known to be right, and old versions stay as they were. */
  @Test
  void randomChangesAgreeWithAHashMap() {
    Random random = new Random(6);
    NameIndex<Object> index = NameIndex.empty();
    Map<String, Object> model = new HashMap<>();
    List<NameIndex<Object>> versions = new ArrayList<>();
    List<Map<String, Object>> models = new ArrayList<>();
    for (int step = 0; step < 30_000; step++) {
      String name = "\3n" + random.nextInt(step < 20_000 ? 4_000 : 40);
      if (random.nextInt(3) < (step < 20_000 ? 2 : 1)) {
        Object value = value(octets(name), step);
        index = index.with(octets(name), value);
        model.put(name, value);
      } else {
        index = index.without(octets(name));
        model.remove(name);
      }
      if (step % 3_000 == 0) {
        versions.add(index);
        models.add(new HashMap<>(model));
      }
    }
    versions.add(index);
    models.add(model);
    for (int v = 0; v < versions.size(); v++) {
      assertThat(versions.get(v).size()).isEqualTo(models.get(v).size());
      for (int i = 0; i < 4_000; i++) {
        String name = "\3n" + i;
        assertThat(versions.get(v).get(octets(name))).isEqualTo(models.get(v).get(name));
      }
    }
    for (String name : List.copyOf(model.keySet())) {
      index = index.without(octets(name));
    }
    assertThat(index.size()).isZero();
  }

  @Test
  void aNameIsFoundWhereItLiesInALongerArray() {
    NameIndex<String> index = NameIndex.<String>empty().with(octets("\3abc\2de"), "found");
    byte[] packet = octets("xxxxx\3abc\2de\0yyyy");
    assertThat(index.get(packet, 5, 7)).isEqualTo("found");
    assertThat(index.get(packet, 5, 6)).isNull();
    assertThat(index.get(packet, 4, 7)).isNull();
  }

  /**
   * Names of 16 octets with the very same 64-bit hash, made with the process's secrets: without
   * them nobody can.
   */
  @Test
  void namesWithTheSameHashAreDistinguished() throws ReflectiveOperationException {
    Field seed = NameHash.class.getDeclaredField("SEED");
    seed.setAccessible(true);
    long start = seed.getLong(null) ^ 16;
    Method mix = NameHash.class.getDeclaredMethod("mix", long.class, long.class);
    mix.setAccessible(true);
    List<byte[]> names = new ArrayList<>();
    for (long first = 1; first <= 5; first++) {
      byte[] name = new byte[16];
      Octets.put64(name, 0, first);
      // The second word undoes what the first one did.
      Octets.put64(name, 8, 42 ^ (long) mix.invoke(null, start, first));
      names.add(name);
    }
    assertThat(names.stream().map(n -> NameHash.of(n, 0, 16)).distinct()).hasSize(1);

    NameIndex<Object> index = NameIndex.empty();
    List<Object> values = new ArrayList<>();
    for (byte[] name : names) {
      values.add(value(name, values.size()));
      index = index.with(name, "before").with(name, values.getLast());
    }
    assertThat(index.size()).isEqualTo(5);
    for (int gone = 0; gone < 5; gone++) {
      NameIndex<Object> less = index.without(names.get(gone));
      assertThat(less.size()).isEqualTo(4);
      for (int i = 0; i < 5; i++) {
        assertThat(less.get(names.get(i))).isEqualTo(i == gone ? null : values.get(i));
      }
    }
    for (byte[] name : names) {
      index = index.without(name);
    }
    assertThat(index.size()).isZero();
    assertThat(index.get(names.getFirst())).isNull();
  }
}
