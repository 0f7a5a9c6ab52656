package io.regionbridge.dns.zone;

import io.regionbridge.dns.wire.Names;
import io.regionbridge.dns.wire.Octets;
import io.regionbridge.dns.wire.ReplyWriter;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Type;

/**
 * Hosts, each with an address, a label and ports, packed: some five octets for each. Their records
 * are written when they are asked for. Immutable; answering allocates nothing.
 *
 * <p>Hosts are numbered: those with IPv4 addresses first, in the order of their addresses.
 */
public final class HostSet {
  /** No hosts. */
  public static final HostSet NONE =
      new HostSet(new int[0], new long[0], new PortSet[] {PortSet.NONE}, null, null);

  /** Octets of an A and of an AAAA record whose owner is a pointer. */
  private static final int A = RecordSet.FIXED + 4;

  private static final int AAAA = RecordSet.FIXED + 16;

  /** Priority, weight and port. */
  private static final int SRV_FIXED = 6;

  /** Weights of equal targets add up to about this. */
  private static final int WEIGHTS = 100;

  /** Octets of the longest name (RFC 1035, section 2.3.4). */
  static final int LONGEST_NAME = 255;

  /** What a record whose data ends with a name may take while it is written, at most. */
  static final int ROOM_FOR_NAME = RecordSet.FIXED + SRV_FIXED + LONGEST_NAME + 64;

  /** A host that was found by its label, not its address: the place of the label. */
  private static final int LABELLED = 1 << 30;

  private final int[] v4;

  /** Upper and lower half of each address. */
  private final long[] v6;

  /** Of all hosts, or of each. */
  private final PortSet[] ports;

  private final @Nullable HostLabels labels;

  /** The hosts that have the name of one before them; null if there are none. */
  private final @Nullable BitSet repeated;

  private HostSet(
      int[] v4,
      long[] v6,
      PortSet[] ports,
      @Nullable HostLabels labels,
      @Nullable BitSet repeated) {
    this.v4 = v4;
    this.v6 = v6;
    this.ports = ports;
    this.labels = labels;
    this.repeated = repeated;
  }

  /**
   * Packs hosts. The arrays are kept and must not be changed any more.
   *
   * @param v4 unsigned, in order
   * @param v6 upper and lower half in turn, unsigned, in order
   * @param ports of all hosts, or of each of them
   * @param labels of each host: folded, without length octet, at most 63 octets; null for a host
   *     that is named by its address, or if all are. An address with several labels is there
   *     several times; a label may be there several times
   */
  public static HostSet of(
      int[] v4, long[] v6, PortSet[] ports, byte @Nullable [] @Nullable [] labels) {
    int count = v4.length + v6.length / 2;
    if (ports.length != 1 && ports.length != count || labels != null && labels.length != count) {
      throw new IllegalArgumentException("ports and labels must be of " + count + " hosts");
    }
    if (labels == null) {
      return new HostSet(v4, v6, ports, null, null);
    }
    HostLabels packed = HostLabels.of(named(labels, new HostSet(v4, v6, ports, null, null)));
    return packed.count() == 0
        ? new HostSet(v4, v6, ports, null, null)
        : new HostSet(v4, v6, shared(ports, packed), packed, repeated(packed));
  }

  /** A label may be what the address of another host would be called: both have it then. */
  private static byte[] @Nullable [] named(byte[] @Nullable [] labels, HostSet unnamed) {
    byte[] @Nullable [] all = labels.clone();
    byte[] wire = new byte[64];
    byte[] scratch = new byte[64];
    for (byte[] label : labels) {
      if (label != null) {
        wire[0] = (byte) label.length;
        System.arraycopy(label, 0, wire, 1, label.length);
        int host = unnamed.find(wire, 0, scratch, 0);
        if (host >= 0 && all[host] == null) {
          all[host] = label;
        }
      }
    }
    return all;
  }

  private static @Nullable BitSet repeated(HostLabels labels) {
    BitSet repeated = new BitSet();
    for (int place = 0; place < labels.count(); place++) {
      if (labels.repeats(place)) {
        repeated.set(labels.host(place));
      }
    }
    return repeated.isEmpty() ? null : repeated;
  }

  /** Hosts of one name have all ports that any of them has. */
  private static PortSet[] shared(PortSet[] ports, HostLabels labels) {
    if (ports.length == 1) {
      return ports;
    }
    PortSet[] shared = ports.clone();
    int from = 0;
    while (from < labels.count()) {
      int to = from + 1;
      while (to < labels.count() && labels.repeats(to)) {
        to++;
      }
      PortSet all = shared[labels.host(from)];
      for (int place = from + 1; place < to; place++) {
        all = all.with(shared[labels.host(place)]);
      }
      for (int place = from; place < to; place++) {
        shared[labels.host(place)] = all;
      }
      from = to;
    }
    return shared;
  }

  /** How many hosts. */
  public int size() {
    return v4.length + v6.length / 2;
  }

  /** Whether there are no hosts. */
  public boolean isEmpty() {
    return v4.length + v6.length == 0;
  }

  private PortSet ports(int host) {
    return ports[ports.length == 1 ? 0 : host];
  }

  private long high(int host) {
    return v6[2 * (host - v4.length)];
  }

  private long low(int host) {
    return v6[2 * (host - v4.length) + 1];
  }

  // Finding hosts.

  /**
   * Finds the host with a folded label; the result is for {@link #writeHost}, -1 if there is none.
   *
   * @param scratch room for a label at {@code free}
   */
  int find(byte[] label, int at, byte[] scratch, int free) {
    int named = findNamed(label, at);
    if (named >= 0) {
      return named;
    }
    if (v4.length > 0) {
      long bits = AddressLabel.parse(label, at);
      if (bits >= 0) {
        int host = findAddress((int) bits);
        return host >= 0 && !labelled(host) ? host : -1;
      }
    }
    if (v6.length > 0) {
      long high = AddressLabel.half(label, at, true);
      long low = AddressLabel.half(label, at, false);
      int host = findAddress(high, low);
      if (host >= 0 && !labelled(host)) {
        int length = AddressLabel.write(scratch, free, high, low) - free;
        return length == 1 + label[at] && Names.equal(scratch, free, label, at, length) ? host : -1;
      }
    }
    return -1;
  }

  /** The same among hosts that have a label of their own. */
  int findNamed(byte[] label, int at) {
    int place = labels == null ? -1 : labels.find(label, at);
    return place < 0 ? -1 : LABELLED | place;
  }

  /** Whether a host has a label of its own. */
  boolean hasNames() {
    return labels != null;
  }

  private boolean labelled(int host) {
    return labels != null && labels.has(host);
  }

  /** The first host with an IPv4 address, or -1. */
  int findAddress(int bits) {
    int from = 0;
    int to = v4.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (Integer.compareUnsigned(v4[middle], bits) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from < v4.length && v4[from] == bits ? from : -1;
  }

  /** The first host with an IPv6 address, or -1. */
  int findAddress(long high, long low) {
    int from = 0;
    int to = v6.length / 2;
    while (from < to) {
      int middle = (from + to) >>> 1;
      int order = Long.compareUnsigned(v6[2 * middle], high);
      if (order < 0 || order == 0 && Long.compareUnsigned(v6[2 * middle + 1], low) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    boolean found = 2 * from < v6.length && v6[2 * from] == high && v6[2 * from + 1] == low;
    return found ? v4.length + from : -1;
  }

  /** Whether the host after another one has the same address. */
  private boolean addressGoesOn(int host) {
    int next = host + 1;
    return host < v4.length
        ? next < v4.length && v4[next] == v4[host]
        : next < size() && high(next) == high(host) && low(next) == low(host);
  }

  // Addresses.

  /** How many hosts have an address of a record type. */
  int count(int type) {
    return type == Type.A ? v4.length : type == Type.AAAA ? v6.length / 2 : 0;
  }

  /** Whether the record type is that of addresses which a host has. */
  boolean hasAddresses(int type) {
    return type == Type.A && v4.length > 0 || type == Type.AAAA && v6.length > 0;
  }

  /**
   * Writes the addresses of all hosts, each once, rotated with each turn, while there is room
   * before {@code end}. Returns how many.
   */
  int writeAddresses(int type, int owner, int ttl, int turn, byte[] out, int at, int end) {
    boolean wide = type == Type.AAAA;
    int first = wide ? v4.length : 0;
    int hosts = wide ? v6.length / 2 : v4.length;
    int size = size(wide);
    int from = at;
    int next = hosts == 0 ? 0 : Integer.remainderUnsigned(turn, hosts);
    for (int i = 0; i < hosts && from + size <= end; i++) {
      int host = first + next;
      boolean again = labels != null && next > 0 && addressGoesOn(host - 1);
      if (!again) {
        from = writeAddress(host, owner, ttl, out, from);
      }
      next = next + 1 == hosts ? 0 : next + 1;
    }
    return (from - at) / size;
  }

  /** Writes the addresses of the hosts that {@link #find} found, and returns how many. */
  int writeHost(int found, LocalQuestion question, int ttl, ReplyWriter reply) {
    boolean wide = question.type == Type.AAAA;
    if (!wide && question.type != Type.A) {
      return 0;
    }
    byte[] out = reply.out();
    int at = reply.at();
    int size = size(wide);
    HostLabels names = labels;
    if ((found & LABELLED) == 0 || names == null) {
      boolean has = found >= v4.length == wide;
      if (has) {
        writeAddress(found, question.owner, ttl, out, at);
      }
      return has ? 1 : 0;
    }
    // The hosts of a label are in order: those with IPv4 addresses first.
    int from = found & ~LABELLED;
    int to = from + 1;
    while (to < names.count() && names.repeats(to)) {
      to++;
    }
    while (wide && from < to && names.host(from) < v4.length) {
      from++;
    }
    while (!wide && to > from && names.host(to - 1) >= v4.length) {
      to--;
    }
    int hosts = to - from;
    int written = at;
    for (int i = 0; i < hosts && written + size <= ReplyWriter.BODY_END; i++) {
      int place = from + Integer.remainderUnsigned(question.turn + i, hosts);
      written = writeAddress(names.host(place), question.owner, ttl, out, written);
    }
    return (written - at) / size;
  }

  private static int size(boolean wide) {
    return wide ? AAAA : A;
  }

  /** Octets of an address record of a type. */
  static int octets(int type) {
    return size(type == Type.AAAA);
  }

  private int writeAddress(int host, int owner, int ttl, byte[] out, int at) {
    long start = (long) owner << 48 | 1L << 16 | ttl >>> 16;
    if (host < v4.length) {
      Octets.put64(out, at, start | (long) Type.A << 32);
      Octets.put64(out, at + 8, (long) ttl << 48 | 4L << 32 | Integer.toUnsignedLong(v4[host]));
      return at + A;
    }
    Octets.put64(out, at, start | (long) Type.AAAA << 32);
    Octets.put32(out, at + 8, ttl << 16 | 16);
    Octets.put64(out, at + 12, high(host));
    Octets.put64(out, at + 20, low(host));
    return at + AAAA;
  }

  // Names of hosts.

  /** Writes the label of a host; returns where it ends. */
  int writeLabel(int host, byte[] out, int at) {
    if (labels != null && labels.has(host)) {
      return labels.write(host, out, at);
    }
    return host < v4.length
        ? AddressLabel.write(out, at, v4[host])
        : AddressLabel.write(out, at, high(host), low(host));
  }

  // SRV records.

  /** Whether a host has a port of this protocol, given as one label. */
  boolean hasProtocol(byte[] label, int at, int length) {
    for (int i = 0; i < ports.length && !isEmpty(); i++) {
      if ((i == 0 || !ports[i].equals(ports[i - 1])) && ports[i].hasProtocol(label, at, length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a host has a port with these two labels. */
  @SuppressWarnings("ReferenceEquality") // the same one: looked at already
  boolean hasPort(byte[] label, int at, int length) {
    for (int i = 0; i < ports.length && !isEmpty(); i++) {
      if ((i == 0 || ports[i] != ports[i - 1]) && ports[i].count(label, at, length) > 0) {
        return true;
      }
    }
    return false;
  }

  /** How many SRV records a port with these two labels has that lead to hosts. */
  int countServices(byte[] label, int at, int length) {
    if (ports.length == 1 && repeated == null) {
      return size() * ports[0].count(label, at, length);
    }
    int count = 0;
    for (int host = 0; host < size(); host++) {
      if (repeated == null || !repeated.get(host)) {
        count += ports(host).count(label, at, length);
      }
    }
    return count;
  }

  /** How many SRV records a port with these two labels has that lead to no host. */
  int countOwnServices(byte[] label, int at, int length) {
    return ports[0].count(label, at, length);
  }

  /**
   * Writes one SRV record of a port for each host that has it, rotated with each turn so that none
   * is always left out where not all fit. Returns where they end.
   *
   * @param targets all of its records: they share the weight
   */
  int writeServices(
      LocalQuestion question, int targets, HostNode node, LocalZone zone, byte[] out, int at) {
    int from = at;
    int hosts = size();
    int first = hosts == 0 ? 0 : Integer.remainderUnsigned(question.turn, hosts);
    for (int n = 0; n < hosts; n++) {
      int host = first + n < hosts ? first + n : first + n - hosts;
      if (repeated != null && repeated.get(host)) {
        continue;
      }
      PortSet own = ports(host);
      for (int i = 0; i < own.size(); i++) {
        if (own.has(i, question.labels, question.at, question.length)) {
          if (from + ROOM_FOR_NAME > ReplyWriter.BODY_END) {
            return from;
          }
          int name = node.writeHostName(this, host, zone, out, from + RecordSet.FIXED + SRV_FIXED);
          from = writeService(own.number(i), targets, question.owner, zone.ttl(), out, from, name);
        }
      }
    }
    return from;
  }

  /**
   * Writes the SRV records of a port that lead to no host, but to the node's own name; otherwise as
   * {@link #writeServices}.
   */
  int writeOwnServices(
      LocalQuestion question, int targets, HostNode node, LocalZone zone, byte[] out, int at) {
    int from = at;
    PortSet own = ports[0];
    for (int i = 0; i < own.size() && from + ROOM_FOR_NAME <= ReplyWriter.BODY_END; i++) {
      if (own.has(i, question.labels, question.at, question.length)) {
        int name = node.writeSelf(zone, out, from + RecordSet.FIXED + SRV_FIXED);
        from = writeService(own.number(i), targets, question.owner, zone.ttl(), out, from, name);
      }
    }
    return from;
  }

  /** Completes a record before its target, which ends at {@code end} and may be too long. */
  private static int writeService(
      int port, int targets, int owner, int ttl, byte[] out, int at, int end) {
    if (end - at - RecordSet.FIXED - SRV_FIXED > LONGEST_NAME) {
      return at;
    }
    RecordSet.writeFixed(out, at, owner, Type.SRV, ttl, end - at - RecordSet.FIXED);
    Octets.put16(out, at + RecordSet.FIXED, 0);
    Octets.put16(out, at + RecordSet.FIXED + 2, Math.max(1, WEIGHTS / targets));
    Octets.put16(out, at + RecordSet.FIXED + 4, port);
    return end;
  }

  // PTR records.

  /** Whether a host has a label of its own. */
  boolean isNamed(int host) {
    return labelled(host);
  }

  /** The host after another one if it has the same address, or -1. */
  int sameAddress(int host) {
    return addressGoesOn(host) ? host + 1 : -1;
  }

  // For those who compile zones.

  /** IPv4 addresses, in order, not to be changed. */
  public int[] ipv4() {
    return v4;
  }

  /** Upper and lower halves of IPv6 addresses, in order, not to be changed. */
  public long[] ipv6() {
    return v6;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || other instanceof HostSet set
            && Arrays.equals(v4, set.v4)
            && Arrays.equals(v6, set.v6)
            && Arrays.equals(ports, set.ports)
            && (labels == null ? set.labels == null : labels.equals(set.labels));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(v4) * 31 + Arrays.hashCode(v6);
  }
}
