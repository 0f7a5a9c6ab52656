package io.regionbridge.dns.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Big-endian numbers in byte arrays, the byte order of DNS (RFC 1035 section 2.3.2), and the
 * folding of ASCII case (RFC 4343). Bounds are checked by the JVM; nothing is allocated.
 */
public final class Octets {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final long SEVEN_BITS = 0x7F7F7F7F7F7F7F7FL;
  private static final long HIGH_BITS = 0x8080808080808080L;

  /** Added to an octet of seven bits, these set its high bit from 'A' on, and above 'Z'. */
  private static final long FROM_A = 0x3F3F3F3F3F3F3F3FL;

  private static final long ABOVE_Z = 0x2525252525252525L;

  private Octets() {}

  /** The unsigned 16-bit number at {@code at}. */
  public static int get16(byte[] b, int at) {
    return (short) SHORT.get(b, at) & 0xFFFF;
  }

  /** Writes the low 16 bits of {@code value} at {@code at}. */
  public static void put16(byte[] b, int at, int value) {
    SHORT.set(b, at, (short) value);
  }

  /** The 32 bits at {@code at}, signed. */
  public static int get32(byte[] b, int at) {
    return (int) INT.get(b, at);
  }

  /** Writes 32 bits at {@code at}. */
  public static void put32(byte[] b, int at, int value) {
    INT.set(b, at, value);
  }

  /** The 64 bits at {@code at}. */
  public static long get64(byte[] b, int at) {
    return (long) LONG.get(b, at);
  }

  /** Writes 64 bits at {@code at}. */
  public static void put64(byte[] b, int at, long value) {
    LONG.set(b, at, value);
  }

  /** The octet with an ASCII capital made small; every other octet as it is. */
  public static int fold(int octet) {
    return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
  }

  /**
   * Eight octets at once, ASCII capitals made small. A length octet of a name is at most 63, below
   * 'A', so a whole name in wire form can be folded without regard to where its labels begin.
   */
  static long fold(long eight) {
    long low = eight & SEVEN_BITS;
    long capital = ~eight & ((low + FROM_A) ^ (low + ABOVE_Z)) & HIGH_BITS;
    return eight | (capital >>> 2);
  }
}
