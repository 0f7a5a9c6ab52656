package io.regionbridge.dns.wire;

import java.security.SecureRandom;

/**
 * A 64-bit hash of folded names in wire form. Start and factor are random in each process, so
 * nobody can choose names that collide; not a cryptographic hash, and never leaves the process.
 */
public final class NameHash {
  private static final long SEED;
  private static final long FACTOR;
  private static final long PRIME = 0x9E3779B97F4A7C15L;

  static {
    SecureRandom random = new SecureRandom();
    SEED = random.nextLong();
    FACTOR = random.nextLong() | 1;
  }

  private NameHash() {}

  /** The hash of {@code length} octets from {@code at}, which are already folded. */
  public static long of(byte[] folded, int at, int length) {
    long h = SEED ^ length;
    if (length >= 8) {
      int last = at + length - 8;
      for (int i = at; i < last; i += 8) {
        h = mix(h, Octets.get64(folded, i));
      }
      // The last word overlaps the one before: no loop over a tail of octets.
      return spread(mix(h, Octets.get64(folded, last)));
    }
    long word = 0;
    for (int i = at; i < at + length; i++) {
      word = word << 8 | (folded[i] & 0xFF);
    }
    return spread(mix(h, word));
  }

  /** The hash of a question: its name's hash with the record type mixed in. */
  public static long withType(long nameHash, int type) {
    return spread(mix(nameHash, type));
  }

  /**
   * Both halves of the product with the factor. With a known factor, or one half alone, the change
   * of some bits is known, and a change of the next word takes it back whatever the seed is.
   */
  private static long mix(long h, long word) {
    long x = h ^ word;
    return Math.unsignedMultiplyHigh(x, FACTOR) ^ x * FACTOR;
  }

  private static long spread(long h) {
    long x = (h ^ h >>> 32) * PRIME;
    return x ^ x >>> 29;
  }
}
