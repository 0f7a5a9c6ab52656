package io.regionbridge.dns.net;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * A range of addresses: those that share the first {@code length} bits with {@code address}.
 *
 * @param address any address of the range
 * @param length leading bits in common: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Prefix(InetAddress address, int length) {
  /** Checks that the length is possible for the address's family. */
  public Prefix {
    int bits = address instanceof Inet4Address ? 32 : 128;
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException(
          "prefix length " + length + " of " + address.getHostAddress() + " is not 0 to " + bits);
    }
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + length;
  }
}
