package io.regionbridge.router.net;

import java.net.InetAddress;
import java.util.Optional;

/**
 * An IP address as a small value, for the places that hold a hundred thousand of them: 16 bytes of
 * heap for IPv4 and 32 for IPv6, where an {@link InetAddress} takes 56 and 88. Sorts IPv4 before
 * IPv6, then by number.
 */
public sealed interface IpAddress extends Comparable<IpAddress> {

  /** An IPv4 address: its 32 bits, first octet in the highest. */
  record V4(int bits) implements IpAddress {
    @Override
    public byte[] octets() {
      return new byte[] {
        (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
      };
    }

    @Override
    public int compareTo(IpAddress other) {
      return other instanceof V4(int otherBits) ? Integer.compareUnsigned(bits, otherBits) : -1;
    }

    @Override
    public String toString() {
      return (bits >>> 24)
          + "."
          + (bits >>> 16 & 0xff)
          + "."
          + (bits >>> 8 & 0xff)
          + "."
          + (bits & 0xff);
    }
  }

  /** An IPv6 address: its upper and its lower 64 bits. */
  record V6(long high, long low) implements IpAddress {
    @Override
    public byte[] octets() {
      byte[] octets = new byte[16];
      for (int i = 0; i < Long.BYTES; i++) {
        octets[i] = (byte) (high >>> 56 - i * Byte.SIZE);
        octets[i + Long.BYTES] = (byte) (low >>> 56 - i * Byte.SIZE);
      }
      return octets;
    }

    @Override
    public int compareTo(IpAddress other) {
      if (!(other instanceof V6(long otherHigh, long otherLow))) {
        return 1;
      }
      int byHigh = Long.compareUnsigned(high, otherHigh);
      return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
    }

    @Override
    public String toString() {
      return IpLiteral.format(toInetAddress());
    }
  }

  /** The address in network byte order: 4 octets or 16, a new array each time. */
  byte[] octets();

  /** The same address as the JDK has it. */
  default InetAddress toInetAddress() {
    return IpLiteral.address(octets());
  }

  default boolean isIpv6() {
    return this instanceof V6;
  }

  /** The address of the JDK's type. */
  static IpAddress of(InetAddress address) {
    byte[] octets = address.getAddress();
    return octets.length == Integer.BYTES
        ? new V4((int) number(octets, 0, Integer.BYTES))
        : new V6(number(octets, 0, Long.BYTES), number(octets, Long.BYTES, Long.BYTES));
  }

  /** Parses an address as strictly as {@link IpLiteral#parse}. */
  static Optional<IpAddress> parse(String text) {
    long ipv4 = IpLiteral.ipv4(text);
    return ipv4 >= 0 ? Optional.of(new V4((int) ipv4)) : IpLiteral.parse(text).map(IpAddress::of);
  }

  /** The address that a constant spells, or IllegalArgumentException. */
  static IpAddress of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an IP address: " + text));
  }

  private static long number(byte[] octets, int from, int count) {
    long number = 0;
    for (int i = from; i < from + count; i++) {
      number = number << Byte.SIZE | octets[i] & 0xff;
    }
    return number;
  }
}
