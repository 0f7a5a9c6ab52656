package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.ReplyWriter;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Type;

/**
 * The names that a reverse zone's addresses lead back to: those of hosts in another zone. PTR
 * records are made when they are asked for. Immutable.
 *
 * @param groups by address, the names of the {@link HostGroup}s in {@code zone} with a host there
 * @param view whose hosts are meant
 */
public record Pointers(AddressTree<byte[][]> groups, LocalZone zone, View view) {
  private static final int LABELS_OF_IPV4 = 4;
  private static final int LABELS_OF_IPV6 = 32;

  /** Octets of {@code in-addr.arpa} and of {@code ip6.arpa}, with the root. */
  private static final int IPV4_SUFFIX = 14;

  private static final int IPV6_SUFFIX = 10;

  /** What a name in the reverse zone is, and writes of what it has. */
  enum Found {
    /** No such name. */
    NOTHING,
    /** Addresses lie below it. */
    ABOVE,
    /** An address. */
    ADDRESS
  }

  /** Looks up a folded name and adds its PTR records to the answer if they are asked for. */
  Found answer(byte[] name, int at, int length, int type, int owner, int ttl, ReplyWriter reply) {
    boolean wide = groups.isIpv6();
    int end = at + length - (wide ? IPV6_SUFFIX : IPV4_SUFFIX);
    long high = 0;
    long low = 0;
    int labels = 0;
    // The first label is the last part of the address: each moves those before it down.
    for (int i = at; i < end; i += 1 + name[i]) {
      int value = wide ? nibble(name, i) : octet(name, i);
      if (value < 0) {
        return Found.NOTHING;
      }
      if (wide) {
        low = low >>> 4 | high << 60;
        high = high >>> 4 | (long) value << 60;
      } else {
        low = low >>> 8 | (long) value << 24;
      }
      labels++;
    }
    int all = wide ? LABELS_OF_IPV6 : LABELS_OF_IPV4;
    if (labels > all) {
      return Found.NOTHING;
    }
    if (labels < all) {
      long lastHigh = wide ? high | ones(64 - 4 * labels) : 0;
      long lastLow = wide ? low | ones(128 - 4 * labels) : low | ones(32 - 8 * labels);
      return groups.holdsAny(high, low, lastHigh, lastLow) ? Found.ABOVE : Found.NOTHING;
    }
    byte[][] names = groups.get(high, low);
    if (names == null) {
      return Found.NOTHING;
    }
    if (type == Type.PTR) {
      write(names, true, high, low, owner, ttl, reply);
      write(names, false, high, low, owner, ttl, reply);
    }
    return Found.ADDRESS;
  }

  private static long ones(int bits) {
    return bits <= 0 ? 0 : -1L >>> Math.max(0, Long.SIZE - bits);
  }

  private static int octet(byte[] name, int at) {
    int length = name[at];
    int value = 0;
    for (int i = at + 1; i <= at + length; i++) {
      if (length > 3 || name[i] < '0' || name[i] > '9') {
        return -1;
      }
      value = value * 10 + name[i] - '0';
    }
    boolean leadingZero = length > 1 && name[at + 1] == '0';
    return value > 255 || leadingZero ? -1 : value;
  }

  private static int nibble(byte[] name, int at) {
    return name[at] == 1 ? Character.digit(name[at + 1], 16) : -1;
  }

  /** Writes the records of hosts that have a name of their own, or of those that have none. */
  private void write(
      byte[][] names, boolean named, long high, long low, int owner, int ttl, ReplyWriter reply) {
    for (byte[] name : names) {
      HostGroup group = zone.hosts(name);
      if (group == null) {
        continue;
      }
      HostSet hosts = group.hosts(view);
      int host = groups.isIpv6() ? hosts.findAddress(high, low) : hosts.findAddress((int) low);
      for (; host >= 0; host = hosts.sameAddress(host)) {
        int at = reply.at();
        if (hosts.isNamed(host) == named && at + HostSet.ROOM_FOR_NAME <= ReplyWriter.BODY_END) {
          int target = at + RecordSet.FIXED;
          int end = group.writeHostName(hosts, host, zone, reply.out(), target);
          if (end - target <= HostSet.LONGEST_NAME) {
            RecordSet.writeFixed(reply.out(), at, owner, Type.PTR, ttl, end - target);
            reply.answered(end, 1);
          }
        }
      }
    }
  }

  /** Whether these are the pointers of another version of a zone. */
  boolean same(@Nullable Pointers other) {
    return other != null && other.groups == groups && other.zone == zone && other.view == view;
  }
}
