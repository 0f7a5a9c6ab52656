package io.regionbridge.router.wireguard;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * A key of 32 octets. The kind of key is its class, so that a secret cannot be passed where a
 * public key is meant. Compared in constant time, read and written without look-up tables, so that
 * neither leaks a secret through the cache.
 */
public abstract sealed class Key permits PublicKey, SecretKey {
  /** Octets in every key of WireGuard. */
  public static final int LENGTH = 32;

  /** Characters of a key in base64: 43 and one of padding. */
  public static final int BASE64_LENGTH = 44;

  private final byte[] octets;

  /** Takes the array over: the caller must not keep it. */
  Key(byte[] octets) {
    if (octets.length != LENGTH) {
      throw new IllegalArgumentException("a key has 32 octets, not " + octets.length);
    }
    this.octets = octets;
  }

  /** A copy of the octets. Who asks for those of a secret wipes them after use. */
  public byte[] bytes() {
    return octets().clone();
  }

  /** The base64 form (RFC 4648, section 4) in ASCII, as {@code wg(8)} has it. */
  public byte[] base64() {
    byte[] text = new byte[BASE64_LENGTH];
    byte[] from = octets();
    for (int i = 0; i < LENGTH / 3; i++) {
      encode(from[3 * i], from[3 * i + 1], from[3 * i + 2], text, 4 * i);
    }
    encode(from[LENGTH - 2], from[LENGTH - 1], (byte) 0, text, BASE64_LENGTH - 4);
    text[BASE64_LENGTH - 1] = '=';
    return text;
  }

  /** Lower-case hexadecimal in ASCII, as the cross-platform userspace API has it. */
  public byte[] hex() {
    byte[] text = new byte[2 * LENGTH];
    byte[] from = octets();
    for (int i = 0; i < LENGTH; i++) {
      text[2 * i] = hexDigit((from[i] >> 4) & 0xf);
      text[2 * i + 1] = hexDigit(from[i] & 0xf);
    }
    return text;
  }

  /** Whether all octets are zero: how drivers say that a key is not there. */
  public boolean isZero() {
    return MessageDigest.isEqual(octets(), new byte[LENGTH]);
  }

  /** Whether the other is a key of the same kind and value; takes the same time either way. */
  @Override
  public final boolean equals(Object other) {
    return other instanceof Key key
        && key.getClass() == getClass()
        && MessageDigest.isEqual(octets(), key.octets());
  }

  @Override
  public abstract int hashCode();

  byte[] octets() {
    return octets;
  }

  final int octetsHash() {
    return Arrays.hashCode(octets);
  }

  /** The octets that a base64 text of exactly 44 characters spells, if it is the canonical one. */
  static Optional<byte[]> fromBase64(CharSequence text) {
    if (text.length() != BASE64_LENGTH || text.charAt(BASE64_LENGTH - 1) != '=') {
      return Optional.empty();
    }
    byte[] octets = new byte[LENGTH + 1];
    int bad = 0; // negative once any character is none of base64's
    for (int i = 0; i < BASE64_LENGTH / 4; i++) {
      int last = i == BASE64_LENGTH / 4 - 1 ? 0 : sextet(text.charAt(4 * i + 3));
      int a = sextet(text.charAt(4 * i));
      int b = sextet(text.charAt(4 * i + 1));
      int c = sextet(text.charAt(4 * i + 2));
      bad |= a | b | c | last;
      int bits = (a << 18) | (b << 12) | (c << 6) | last;
      octets[3 * i] = (byte) (bits >> 16);
      octets[3 * i + 1] = (byte) (bits >> 8);
      octets[3 * i + 2] = (byte) bits;
    }
    // The last two bits of the 43rd character belong to no octet: canonical text has them zero.
    boolean canonical = octets[LENGTH] == 0;
    byte[] key = Arrays.copyOf(octets, LENGTH);
    Arrays.fill(octets, (byte) 0);
    if (bad < 0 || !canonical) {
      Arrays.fill(key, (byte) 0);
      return Optional.empty();
    }
    return Optional.of(key);
  }

  /** The octets that 64 hexadecimal digits spell. */
  static Optional<byte[]> fromHex(CharSequence text) {
    if (text.length() != 2 * LENGTH) {
      return Optional.empty();
    }
    byte[] octets = new byte[LENGTH];
    int bad = 0;
    for (int i = 0; i < LENGTH; i++) {
      int high = nibble(text.charAt(2 * i));
      int low = nibble(text.charAt(2 * i + 1));
      bad |= high | low;
      octets[i] = (byte) ((high << 4) | low);
    }
    if (bad < 0) {
      Arrays.fill(octets, (byte) 0);
      return Optional.empty();
    }
    return Optional.of(octets);
  }

  private static void encode(byte a, byte b, byte c, byte[] text, int at) {
    int bits = ((a & 0xff) << 16) | ((b & 0xff) << 8) | (c & 0xff);
    for (int i = 0; i < 4; i++) {
      int v = (bits >> (18 - 6 * i)) & 0x3f;
      // Each step to the next run of the alphabet, A-Z a-z 0-9 + /, is added once v is past it.
      text[at + i] =
          (byte)
              ('A'
                  + v
                  + (((25 - v) >> 31) & 6)
                  - (((51 - v) >> 31) & 75)
                  - (((61 - v) >> 31) & 15)
                  + (((62 - v) >> 31) & 3));
    }
  }

  /** The value of a base64 character, -1 for any other. */
  private static int sextet(int c) {
    return -1
        + (within(c, 'A', 'Z') & (c - 'A' + 1))
        + (within(c, 'a', 'z') & (c - 'a' + 27))
        + (within(c, '0', '9') & (c - '0' + 53))
        + (within(c, '+', '+') & 63)
        + (within(c, '/', '/') & 64);
  }

  private static int nibble(int c) {
    return -1
        + (within(c, '0', '9') & (c - '0' + 1))
        + (within(c, 'a', 'f') & (c - 'a' + 11))
        + (within(c, 'A', 'F') & (c - 'A' + 11));
  }

  /** All ones when {@code low <= c <= high}, else zero; without a branch. */
  private static int within(int c, int low, int high) {
    return ((low - 1 - c) & (c - (high + 1))) >> 31;
  }

  private static byte hexDigit(int v) {
    return (byte) ('0' + v + (((9 - v) >> 31) & 39));
  }
}
