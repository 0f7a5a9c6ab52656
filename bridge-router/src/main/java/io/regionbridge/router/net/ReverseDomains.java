package io.regionbridge.router.net;

import java.util.ArrayList;
import java.util.List;

/**
 * The domains of the names of addresses: under {@code in-addr.arpa} with a label for each octet
 * (RFC 1035, section 3.5), under {@code ip6.arpa} with one for each four bits (RFC 3596, section
 * 2.5).
 */
public final class ReverseDomains {
  /** What each of them ends with. */
  public static final String SUFFIX = ".arpa";

  private ReverseDomains() {}

  /**
   * The domains that a range is made of, without a dot at the end: one, if its prefix ends where a
   * label ends; up to 128 for IPv4 and 8 for IPv6 if it does not.
   */
  public static List<String> of(Cidr range) {
    byte[] address = range.network().getAddress();
    int bits = range.isIpv6() ? 4 : 8;
    int labels = (range.prefixLength() + bits - 1) / bits;
    int count = 1 << (labels * bits - range.prefixLength());
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      StringBuilder name = new StringBuilder();
      for (int label = labels - 1; label >= 0; label--) {
        int value = label(address, label, bits) + (label == labels - 1 ? i : 0);
        name.append(Integer.toString(value, range.isIpv6() ? 16 : 10)).append('.');
      }
      names.add(name + (range.isIpv6() ? "ip6" : "in-addr") + SUFFIX);
    }
    return names;
  }

  private static int label(byte[] address, int index, int bits) {
    int octet = address[index * bits / Byte.SIZE] & 0xff;
    return bits == Byte.SIZE ? octet : index % 2 == 0 ? octet >> 4 : octet & 0xf;
  }
}
