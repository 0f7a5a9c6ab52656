package io.regionbridge.api.zones;

import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Name;
import org.xbill.DNS.ReverseMap;

/**
 * Names of addresses: under {@code in-addr.arpa} with a label for each octet (RFC 1035, section
 * 3.5), under {@code ip6.arpa} with one for each four bits (RFC 3596, section 2.5).
 */
public final class ReverseNames {
  private ReverseNames() {}

  /**
   * The zones that an address range is made of: one, if its prefix ends where a label ends; up to
   * 128 for IPv4 and 8 for IPv6 if it does not.
   */
  public static List<Name> zones(Cidr range) {
    byte[] octets = range.network().getAddress();
    int bits = bitsPerLabel(octets.length);
    int labels = labels(range);
    int count = 1 << labels * bits - range.prefixLength();
    int last = (labels - 1) * bits;
    List<Name> zones = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] first = octets.clone();
      if (labels > 0) {
        first[last / Byte.SIZE] |= (byte) (i << Byte.SIZE - bits - last % Byte.SIZE);
      }
      zones.add(zone(ReverseMap.fromAddress(first), labels));
    }
    return zones;
  }

  /** The last labels of an address's name: so many of the address, and the two of the tree. */
  private static Name zone(Name address, int labels) {
    int suffix = 3; // in-addr or ip6, arpa, and the root
    return new Name(address, address.labels() - suffix - labels);
  }

  private static int labels(Cidr range) {
    int bits = bitsPerLabel(range.network().getAddress().length);
    return (range.prefixLength() + bits - 1) / bits;
  }

  private static int bitsPerLabel(int octets) {
    return octets == 4 ? 8 : 4;
  }
}
