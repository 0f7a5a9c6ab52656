package io.regionbridge.router.coredns;

import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.List;

/**
 * The reverse zones of a range (RFC 1035, section 3.5; RFC 3596, section 2.5). A range that ends
 * within a label is all the zones of the next longer label, which are 128 at most. Pure.
 */
final class ReverseZones {
  /** What the name of every reverse zone ends with. */
  static final String SUFFIX = ".arpa";

  private ReverseZones() {}

  /** Their names, without a dot at the end. */
  static List<String> of(Cidr range) {
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
