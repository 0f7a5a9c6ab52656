package io.regionbridge.dns.zone;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import java.net.InetAddress;
import java.util.List;

/**
 * Which addresses a region may have. Loopback, link-local, multicast and unspecified addresses are
 * accepted from no region. Immutable; allocates nothing when asked.
 *
 * @param contain whether addresses outside of {@code ranges} are refused
 * @param never addresses that are refused even within {@code ranges}: those of this region's nodes
 */
public record BelievedAddresses(AddressSet ranges, boolean contain, AddressSet never) {
  /** RFC 6890; {@code ::/96} has the unspecified and the loopback address of IPv6. */
  private static final AddressSet SPECIAL =
      AddressSet.of(
          List.of(
              prefix("0.0.0.0", 8),
              prefix("127.0.0.0", 8),
              prefix("169.254.0.0", 16),
              prefix("224.0.0.0", 4),
              prefix("255.255.255.255", 32),
              prefix("::", 96),
              prefix("fe80::", 10),
              prefix("ff00::", 8)));

  /** Addresses within the ranges of a region. */
  public static BelievedAddresses within(AddressSet ranges) {
    return new BelievedAddresses(ranges, true, AddressSet.NONE);
  }

  /** Whether the region may have this address. */
  public boolean allows(long high, long low) {
    return (!contain || ranges.contains(high, low))
        && !SPECIAL.contains(high, low)
        && !never.contains(high, low);
  }

  /**
   * Whether what was taken by these rules may be kept under others: the ranges are the same, and no
   * more addresses are refused than before.
   */
  boolean isNoWiderThan(BelievedAddresses next) {
    return contain == next.contain && ranges.equals(next.ranges) && never.containsAll(next.never);
  }

  /** Whether the region can have addresses of this family: AAAA's, or A's. */
  public boolean hasFamily(boolean ipv6) {
    return !contain || (ipv6 ? ranges.hasIpv6() : ranges.hasIpv4());
  }

  private static Prefix prefix(String address, int length) {
    return new Prefix(InetAddress.ofLiteral(address), length);
  }
}
