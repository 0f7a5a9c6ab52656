package io.regionbridge.router.net;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Addresses that are never a pod's (RFC 6890 and the IANA registries of special-purpose addresses).
 * Compared octet by octet: an IPv4-mapped range, as {@link Cidr} may carry it, must not be taken
 * for something else on the way.
 */
public final class SpecialRanges {
  private record Special(InetAddress address, int length, String what) {
    boolean overlaps(byte[] other, int otherLength) {
      byte[] network = address.getAddress();
      if (network.length != other.length) {
        return false;
      }
      int shared = Math.min(length, otherLength);
      for (int i = 0; i < shared; i++) {
        if (((network[i / 8] ^ other[i / 8]) & 0x80 >>> i % 8) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  private static final List<Special> ALL =
      List.of(
          special("0.0.0.0", 8, "addresses of this network"),
          special("127.0.0.0", 8, "loopback addresses"),
          special("169.254.0.0", 16, "link-local addresses, where clouds keep credentials"),
          special("224.0.0.0", 4, "multicast addresses"),
          special("240.0.0.0", 4, "reserved addresses"),
          // Loopback, and all the ways to spell IPv4 in IPv6: mapped, compatible, translated.
          special("::", 8, "reserved addresses, in which IPv4 addresses hide"),
          special("2001::", 32, "Teredo addresses, in which IPv4 addresses hide"),
          special("2002::", 16, "6to4 addresses, in which IPv4 addresses hide"),
          special("fe80::", 10, "link-local addresses"),
          special("ff00::", 8, "multicast addresses"));

  private SpecialRanges() {}

  /** What of a range can be no pod's address; empty if all of it can be. */
  public static Optional<String> in(Cidr range) {
    byte[] network = range.network().getAddress();
    return ALL.stream()
        .filter(special -> special.overlaps(network, range.prefixLength()))
        .map(Special::what)
        .findFirst();
  }

  /** The same range, as IPv4 if it is IPv4 in IPv6 (RFC 4291, section 2.5.5.2). */
  public static Cidr plain(Cidr range) {
    return range.prefixLength() >= 96
            && IpAddress.of(range.network()) instanceof IpAddress.V6(long high, long low)
            && high == 0
            && low >>> 32 == 0xffff
        ? Cidr.containing(new IpAddress.V4((int) low).toInetAddress(), range.prefixLength() - 96)
        : range;
  }

  private static Special special(String network, int length, String what) {
    return new Special(IpLiteral.parse(network).orElseThrow(), length, what);
  }
}
