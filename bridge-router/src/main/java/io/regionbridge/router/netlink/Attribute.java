package io.regionbridge.router.netlink;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A typed value in a message, {@code struct nlattr}. Every read checks the length, since a message
 * may be of a newer kernel or of no kernel at all.
 *
 * @param type without the two flag bits
 * @param value from position to limit; shared with the message
 */
record Attribute(int type, ByteBuffer value) {
  private static final int HEADER = 4;
  private static final int TYPE_MASK = 0x3fff; // above it NLA_F_NESTED and NLA_F_NET_BYTEORDER

  /** The attributes from a buffer's position to its limit. */
  static List<Attribute> parse(ByteBuffer in) throws MalformedMessageException {
    List<Attribute> attributes = new ArrayList<>();
    int at = in.position();
    // Fewer octets than a header are padding.
    while (in.limit() - at >= HEADER) {
      int length = Short.toUnsignedInt(in.getShort(at));
      if (length < HEADER || length > in.limit() - at) {
        throw new MalformedMessageException(
            "an attribute claims " + length + " octets of the " + (in.limit() - at) + " left");
      }
      ByteBuffer value = in.slice(at + HEADER, length - HEADER).order(ByteOrder.nativeOrder());
      attributes.add(new Attribute(in.getShort(at + 2) & TYPE_MASK, value));
      at += NetlinkMessage.aligned(length);
    }
    return attributes;
  }

  List<Attribute> nested() throws MalformedMessageException {
    return parse(value);
  }

  int u8() throws MalformedMessageException {
    return Byte.toUnsignedInt(exactly(1).get(0));
  }

  int u16() throws MalformedMessageException {
    return Short.toUnsignedInt(exactly(2).getShort(0));
  }

  int u32() throws MalformedMessageException {
    return exactly(4).getInt(0);
  }

  long u64() throws MalformedMessageException {
    return exactly(8).getLong(0);
  }

  byte[] bytes(int length) throws MalformedMessageException {
    byte[] bytes = new byte[length];
    exactly(length).get(0, bytes);
    return bytes;
  }

  /** Text up to the first zero octet. */
  String string() {
    int end = 0;
    while (end < value.limit() && value.get(end) != 0) {
      end++;
    }
    return UTF_8.decode(value.slice(0, end)).toString();
  }

  /** An interface name: ASCII without what would break a line or a path, 15 octets at most. */
  String interfaceName() throws MalformedMessageException {
    String name = string();
    if (name.isEmpty()
        || name.length() > 15
        || !US_ASCII.newEncoder().canEncode(name)
        || name.chars().anyMatch(c -> c <= ' ' || c == '/' || c == 0x7f)) {
      throw new MalformedMessageException("attribute " + type + " is no interface name");
    }
    return name;
  }

  /** An IPv4 address of four octets or an IPv6 address of sixteen, IPv4-mapped ones left alone. */
  InetAddress address() throws MalformedMessageException {
    if (value.limit() != 4 && value.limit() != 16) {
      throw new MalformedMessageException(
          "attribute " + type + " has " + value.limit() + " octets, no address");
    }
    return address(bytes(value.limit()));
  }

  static InetAddress address(byte[] octets) {
    try {
      // getByAddress would turn an IPv4-mapped address to IPv4 and so lose its prefix length.
      return octets.length == 16
          ? Inet6Address.getByAddress(null, octets, -1)
          : InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(octets.length + " octets are no IP address", e);
    }
  }

  private ByteBuffer exactly(int length) throws MalformedMessageException {
    if (value.limit() != length) {
      throw new MalformedMessageException(
          "attribute " + type + " has " + value.limit() + " octets, not " + length);
    }
    return value;
  }
}
