package io.regionbridge.router.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * A range of IP addresses in prefix notation (RFC 4632, section 3.1; RFC 4291, section 2.3), IPv4
 * or IPv6. Host bits are always zero. Sorts IPv4 before IPv6, then by address, wider ranges first.
 */
public record Cidr(InetAddress network, int prefixLength) implements Comparable<Cidr> {
  private static final Comparator<Cidr> ORDER =
      Comparator.<Cidr>comparingInt(c -> c.network.getAddress().length)
          .thenComparing(c -> c.network.getAddress(), Arrays::compareUnsigned)
          .thenComparingInt(Cidr::prefixLength);

  /**
   * @throws IllegalArgumentException if the prefix does not fit the address or host bits are set
   */
  public Cidr {
    int bits = network.getAddress().length * Byte.SIZE;
    if (prefixLength < 0 || prefixLength > bits) {
      throw new IllegalArgumentException(
          "prefix length " + prefixLength + " is not within 0 to " + bits);
    }
    if (!Arrays.equals(masked(network.getAddress(), prefixLength), network.getAddress())) {
      throw new IllegalArgumentException(
          IpLiteral.format(network) + "/" + prefixLength + " has host bits set");
    }
  }

  /** Reads {@code ADDRESS/LENGTH}. Never throws, never looks a name up. */
  public static Parsed<Cidr> parse(String text) {
    int slash = text.indexOf('/');
    Optional<InetAddress> address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      return Parsed.invalid(
          "not an address range", "write an address and a prefix length, such as 10.42.0.0/16");
    }
    int bits = address.get().getAddress().length * Byte.SIZE;
    if (slash < 0) {
      return Parsed.invalid(
          "the prefix length is missing",
          "write " + text + "/" + bits + " for this one address, or the range it is in");
    }
    Optional<Integer> length = prefixLength(text.substring(slash + 1), bits);
    if (length.isEmpty()) {
      return Parsed.invalid(
          "the prefix length is not a number from 0 to " + bits,
          "write the number of leading bits that all addresses of the range share");
    }
    Cidr range = containing(address.get(), length.get());
    if (!range.network.equals(address.get())) {
      return Parsed.invalid(
          "bits are set to the right of the prefix", "write " + range + " for the whole range");
    }
    return Parsed.valid(range);
  }

  /**
   * The range that {@code ADDRESS/LENGTH} is in, as {@code net.ParseCIDR} of Go reads it: bits to
   * the right of the prefix do not count. Empty if the text is no address and length.
   */
  public static Optional<Cidr> around(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : IpLiteral.parse(text.substring(0, slash))
            .flatMap(address ->
                prefixLength(text.substring(slash + 1), address.getAddress().length * Byte.SIZE)
                    .map(length -> containing(address, length)));
  }

  /** The range that a constant spells, or IllegalArgumentException. */
  public static Cidr of(String text) {
    return parse(text).orThrow(text);
  }

  /** The range of this prefix length that an address is in, or IllegalArgumentException. */
  public static Cidr containing(InetAddress address, int prefixLength) {
    return new Cidr(IpLiteral.address(masked(address.getAddress(), prefixLength)), prefixLength);
  }

  /** The range that holds one address only. */
  public static Cidr host(InetAddress address) {
    return containing(address, address.getAddress().length * Byte.SIZE);
  }

  /** Whether an address is in this range; never across families. */
  public boolean contains(InetAddress address) {
    byte[] octets = address.getAddress();
    byte[] lowest = network.getAddress();
    return octets.length == lowest.length && Arrays.equals(masked(octets, prefixLength), lowest);
  }

  /** Whether an address is in this range; never across families. */
  public boolean contains(IpAddress address) {
    IpAddress lowest = IpAddress.of(network);
    if (address instanceof IpAddress.V4(int bits)) {
      return lowest instanceof IpAddress.V4(int low)
          && begins(Integer.toUnsignedLong(bits ^ low) << Integer.SIZE, prefixLength);
    }
    return address instanceof IpAddress.V6(long high, long low)
        && lowest instanceof IpAddress.V6(long lowestHigh, long lowestLow)
        && begins(high ^ lowestHigh, Math.min(prefixLength, Long.SIZE))
        && begins(low ^ lowestLow, Math.max(0, prefixLength - Long.SIZE));
  }

  /** Whether a number begins with so many zeros, 0 to 64. */
  private static boolean begins(long difference, int zeros) {
    return Long.numberOfLeadingZeros(difference) >= zeros;
  }

  /** Whether all of the other range is in this one. */
  public boolean contains(Cidr other) {
    return other.prefixLength >= prefixLength && contains(other.network);
  }

  /** Whether any address is in both ranges: then one of them contains the other. */
  public boolean overlaps(Cidr other) {
    return contains(other) || other.contains(this);
  }

  public boolean isIpv6() {
    return network instanceof Inet6Address;
  }

  @Override
  public int compareTo(Cidr other) {
    return ORDER.compare(this, other);
  }

  /** The canonical text, which {@link #parse} reads back. */
  @Override
  public String toString() {
    return IpLiteral.format(network) + "/" + prefixLength;
  }

  private static Optional<Integer> prefixLength(String digits, int bits) {
    boolean number = digits.length() <= 3 && !digits.isEmpty();
    for (int i = 0; number && i < digits.length(); i++) {
      number = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    boolean leadingZero = digits.length() > 1 && digits.charAt(0) == '0';
    if (!number || leadingZero) {
      return Optional.empty();
    }
    int length = Integer.parseInt(digits);
    return length <= bits ? Optional.of(length) : Optional.empty();
  }

  /** Clears, in place, every bit after the prefix. A prefix that does not fit clears none. */
  private static byte[] masked(byte[] octets, int prefixLength) {
    for (int i = Math.max(prefixLength, 0) / Byte.SIZE; i < octets.length; i++) {
      int kept = Math.max(prefixLength - i * Byte.SIZE, 0);
      octets[i] &= (byte) (0xff << (Byte.SIZE - kept));
    }
    return octets;
  }
}
