package io.regionbridge.dns.upstream;

import io.regionbridge.dns.wire.Octets;
import java.security.SecureRandom;

/**
 * Message IDs and choices that nobody outside can foresee (RFC 5452 section 9.2). For one event
 * loop.
 */
final class RandomIds {
  private final SecureRandom random = new SecureRandom();
  private final byte[] pool = new byte[2048];
  private int used = pool.length;

  /** 16 random bits. */
  int next() {
    if (used == pool.length) {
      random.nextBytes(pool);
      used = 0;
    }
    int bits = Octets.get16(pool, used);
    used += 2;
    return bits;
  }

  byte[] bytes(int count) {
    byte[] b = new byte[count];
    random.nextBytes(b);
    return b;
  }
}
