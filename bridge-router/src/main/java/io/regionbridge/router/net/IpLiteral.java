package io.regionbridge.router.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * IP addresses as text, both ways. Strict where {@link InetAddress} is lenient: no names, no
 * look-ups, no shortened or octal IPv4 (RFC 6943, section 3.1.1), no zones ({@code %eth0}), no
 * brackets.
 */
public final class IpLiteral {
  private static final int IPV4_OCTETS = 4;
  private static final int IPV6_GROUPS = 8;

  private IpLiteral() {}

  /**
   * Parses dotted decimal IPv4, or IPv6 as in RFC 4291, section 2.2. An IPv4-mapped IPv6 address
   * gives the IPv4 address.
   */
  public static Optional<InetAddress> parse(String text) {
    return text.indexOf(':') >= 0 ? parseIpv6(text) : parseIpv4(text).map(IpLiteral::address);
  }

  /**
   * The canonical text of an address: dotted decimal, or IPv6 in lower case with the longest run of
   * zeros left out (RFC 5952, section 4). A zone is not printed.
   */
  public static String format(InetAddress address) {
    return address instanceof Inet4Address
        ? address.getHostAddress()
        : formatIpv6(address.getAddress());
  }

  private static Optional<byte[]> parseIpv4(String text) {
    long bits = ipv4(text);
    return bits < 0
        ? Optional.empty()
        : Optional.of(
            new byte[] {
              (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
            });
  }

  /** The 32 bits of the IPv4 address that a text spells; -1 if it spells none. */
  static long ipv4(String text) {
    long bits = 0;
    int at = 0;
    for (int i = 0; i < IPV4_OCTETS; i++) {
      int start = at;
      int value = 0;
      while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
        value = value * 10 + (text.charAt(at++) - '0');
      }
      boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
      if (at == start || leadingZero || value > 255) {
        return -1;
      }
      bits = bits << Byte.SIZE | value;
      if (i < IPV4_OCTETS - 1 && (at >= text.length() || text.charAt(at++) != '.')) {
        return -1;
      }
    }
    return at == text.length() ? bits : -1;
  }

  private static Optional<InetAddress> parseIpv6(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Keeps zones and brackets away from the JDK's parser, which takes both.
      boolean allowed = c == ':' || c == '.' || (c <= 'f' && Character.digit(c, 16) >= 0);
      if (!allowed) {
        return Optional.empty();
      }
    }
    int dot = text.indexOf('.');
    if (dot >= 0 && parseIpv4(text.substring(text.lastIndexOf(':') + 1)).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String formatIpv6(byte[] octets) {
    int[] groups = new int[IPV6_GROUPS];
    for (int i = 0; i < IPV6_GROUPS; i++) {
      groups[i] = ((octets[2 * i] & 0xff) << 8) | (octets[2 * i + 1] & 0xff);
    }
    int longest = -1;
    int length = 1; // a single zero group is not left out
    for (int i = 0; i < IPV6_GROUPS; i++) {
      int end = i;
      while (end < IPV6_GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        longest = i;
        length = end - i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < IPV6_GROUPS; i++) {
      if (i == longest) {
        text.append("::");
        i += length - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  public static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(octets.length + " octets are no IP address", e);
    }
  }
}
