package io.regionbridge.dns.relay;

import io.regionbridge.dns.wire.Octets;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a short keyed hash that cannot be forged without the
 * key.
 */
final class SipHash {
  private SipHash() {}

  /** The hash of the first {@code length} octets under the key of two little-endian words. */
  static long of(long k0, long k1, byte[] in, int length) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int whole = length & ~7;
    for (int i = 0; i <= whole; i += 8) {
      long word;
      if (i < whole) {
        word = Long.reverseBytes(Octets.get64(in, i));
      } else {
        word = (long) length << 56;
        for (int k = i; k < length; k++) {
          word |= (in[k] & 0xFFL) << 8 * (k - i);
        }
      }
      v3 ^= word;
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    v2 ^= 0xFF;
    for (int round = 0; round < 4; round++) {
      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 = Long.rotateLeft(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
