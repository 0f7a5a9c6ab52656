package io.regionbridge.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NameHashTest {
  @Test
  void theHashDependsOnTheOctetsAloneNotOnWhereTheyLie() {
    Random random = new Random(5);
    for (int length = 0; length <= 255; length++) {
      byte[] name = new byte[length];
      random.nextBytes(name);
      byte[] elsewhere = new byte[length + 40];
      random.nextBytes(elsewhere);
      System.arraycopy(name, 0, elsewhere, 13, length);
      assertThat(NameHash.of(elsewhere, 13, length))
          .as("length %d", length)
          .isEqualTo(NameHash.of(name, 0, length));
    }
  }

  @Test
  void everyOctetCounts() {
    for (int length = 1; length <= 64; length++) {
      byte[] name = new byte[length];
      Set<Long> hashes = new HashSet<>();
      hashes.add(NameHash.of(name, 0, length));
      for (int i = 0; i < length; i++) {
        name[i] = 1;
        hashes.add(NameHash.of(name, 0, length));
        name[i] = 0;
      }
      assertThat(hashes).as("length %d", length).hasSize(length + 1);
    }
  }

  /**
   * A product with a number that everybody knows moves a flipped bit to a place that everybody
   * knows, where another flipped bit takes it back, whatever the seed is.
   */
  @Test
  void noChangeOfOneWordIsTakenBackByOneOfTheNext() {
    byte[] name = new byte[40];
    new Random(6).nextBytes(name);
    Set<Long> hashes = new HashSet<>();
    int changed = 0;
    for (int first = 0; first < 64; first++) {
      for (int second = 0; second < 64; second++) {
        byte[] other = name.clone();
        other[first / 8] ^= (byte) (1 << first % 8);
        other[8 + second / 8] ^= (byte) (1 << second % 8);
        hashes.add(NameHash.of(other, 0, other.length));
        changed++;
      }
    }
    hashes.add(NameHash.of(name, 0, name.length));
    assertThat(hashes).hasSize(changed + 1);
  }

  @Test
  void theLengthCounts() {
    byte[] zeros = new byte[255];
    Set<Long> hashes = new HashSet<>();
    for (int length = 0; length <= 255; length++) {
      hashes.add(NameHash.of(zeros, 0, length));
    }
    assertThat(hashes).hasSize(256);
  }

  @Test
  void theTypeCounts() {
    Set<Long> hashes = new HashSet<>();
    for (int type = 0; type < 65_536; type++) {
      hashes.add(NameHash.withType(42, type));
    }
    assertThat(hashes).hasSize(65_536);
  }

  /** The cache takes stripes from the low bits and sets from the high ones: both must spread. */
  @Test
  void namesThatDifferInANumberSpreadOverLowAndHighBits() {
    int names = 64_000;
    int[] low = new int[64];
    int[] high = new int[64];
    for (int i = 0; i < names; i++) {
      byte[] name = ("\4svc" + i + "\2mn\10internal").getBytes(StandardCharsets.ISO_8859_1);
      long hash = NameHash.of(name, 0, name.length);
      low[(int) (hash & 63)]++;
      high[(int) (hash >>> 58)]++;
    }
    int even = names / 64;
    assertThat(Arrays.stream(low).boxed()).allMatch(n -> n > even * 3 / 4 && n < even * 5 / 4);
    assertThat(Arrays.stream(high).boxed()).allMatch(n -> n > even * 3 / 4 && n < even * 5 / 4);
  }
}
