package io.regionbridge.dns.net;

import io.regionbridge.dns.wire.Octets;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of IP addresses given as prefixes, searched without allocating. Addresses are
 * 128-bit numbers in two longs; IPv4 takes its place as mapped addresses, {@code ::ffff:0:0/96}
 * (RFC 4291 section 2.5.5.2), which no IPv6 prefix includes: {@code ::/0} says nothing of IPv4.
 */
public final class AddressSet {
  /** The upper half of every IPv4 address. */
  public static final long IPV4_HIGH = 0;

  /** What the lower half of an IPv4 address begins with. */
  public static final long IPV4_LOW = 0xFFFF_0000_0000L;

  /** No address at all. */
  public static final AddressSet NONE = new AddressSet(List.of());

  private final long[] firstHigh;
  private final long[] firstLow;
  private final long[] lastHigh;
  private final long[] lastLow;

  private AddressSet(List<Range> ranges) {
    int n = ranges.size();
    firstHigh = new long[n];
    firstLow = new long[n];
    lastHigh = new long[n];
    lastLow = new long[n];
    for (int i = 0; i < n; i++) {
      Range r = ranges.get(i);
      firstHigh[i] = r.firstHigh;
      firstLow[i] = r.firstLow;
      lastHigh[i] = r.lastHigh;
      lastLow[i] = r.lastLow;
    }
  }

  /** The addresses within any of the prefixes. */
  public static AddressSet of(Collection<Prefix> prefixes) {
    List<Range> sorted = prefixes.stream().flatMap(Range::of).sorted(Range.BY_FIRST).toList();
    Range[] disjoint = new Range[sorted.size()];
    int n = 0;
    for (Range r : sorted) {
      // Two prefixes are disjoint or one holds the other, so the wider, which sorts first, is
      // enough.
      if (n == 0 || !disjoint[n - 1].holds(r)) {
        disjoint[n++] = r;
      }
    }
    return new AddressSet(Arrays.asList(disjoint).subList(0, n));
  }

  /** Whether the set has no address. */
  public boolean isEmpty() {
    return firstHigh.length == 0;
  }

  /** Whether the set has an IPv4 address. */
  public boolean hasIpv4() {
    for (int i = 0; i < firstHigh.length; i++) {
      if (ipv4(i)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the set has an IPv6 address. */
  public boolean hasIpv6() {
    for (int i = 0; i < firstHigh.length; i++) {
      if (!ipv4(i)) {
        return true;
      }
    }
    return false;
  }

  private boolean ipv4(int range) {
    return firstHigh[range] == IPV4_HIGH && firstLow[range] >>> 32 == IPV4_LOW >>> 32;
  }

  /** Whether the address with these halves is in the set. */
  public boolean contains(long high, long low) {
    int from = 0;
    int to = firstHigh.length - 1;
    while (from <= to) {
      int middle = from + to >>> 1;
      if (compare(high, low, firstHigh[middle], firstLow[middle]) < 0) {
        to = middle - 1;
      } else if (compare(high, low, lastHigh[middle], lastLow[middle]) > 0) {
        from = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  /** Whether each range of another set is within one of this. */
  public boolean containsAll(AddressSet other) {
    int mine = 0;
    for (int i = 0; i < other.firstHigh.length; i++) {
      while (mine < firstHigh.length
          && compare(lastHigh[mine], lastLow[mine], other.firstHigh[i], other.firstLow[i]) < 0) {
        mine++;
      }
      if (mine == firstHigh.length
          || compare(firstHigh[mine], firstLow[mine], other.firstHigh[i], other.firstLow[i]) > 0
          || compare(lastHigh[mine], lastLow[mine], other.lastHigh[i], other.lastLow[i]) < 0) {
        return false;
      }
    }
    return true;
  }

  /** The lower half of an IPv4 address. */
  public static long lowOfIpv4(int address) {
    return IPV4_LOW | (address & 0xFFFF_FFFFL);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AddressSet set
        && Arrays.equals(firstHigh, set.firstHigh)
        && Arrays.equals(firstLow, set.firstLow)
        && Arrays.equals(lastHigh, set.lastHigh)
        && Arrays.equals(lastLow, set.lastLow);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(firstLow) * 31 + Arrays.hashCode(firstHigh);
  }

  private static int compare(long high, long low, long otherHigh, long otherLow) {
    int c = Long.compareUnsigned(high, otherHigh);
    return c != 0 ? c : Long.compareUnsigned(low, otherLow);
  }

  private record Range(long firstHigh, long firstLow, long lastHigh, long lastLow) {
    static final Comparator<Range> BY_FIRST =
        (a, b) -> {
          int c = compare(a.firstHigh, a.firstLow, b.firstHigh, b.firstLow);
          return c != 0 ? c : compare(b.lastHigh, b.lastLow, a.lastHigh, a.lastLow);
        };

    private static final Range IPV4 = range(IPV4_HIGH, IPV4_LOW, 96);

    static Stream<Range> of(Prefix prefix) {
      InetAddress address = prefix.address();
      byte[] octets = address.getAddress();
      boolean ipv4 = address instanceof Inet4Address;
      long high = ipv4 ? IPV4_HIGH : Octets.get64(octets, 0);
      long low = ipv4 ? lowOfIpv4(Octets.get32(octets, 0)) : Octets.get64(octets, 8);
      int length = ipv4 ? prefix.length() + 96 : prefix.length();
      Range whole = range(high, low, length);
      return ipv4 || !whole.holdsAll(IPV4) ? Stream.of(whole) : whole.withoutIpv4();
    }

    private Stream<Range> withoutIpv4() {
      Range below = new Range(firstHigh, firstLow, IPV4_HIGH, IPV4.firstLow - 1);
      Range above = new Range(IPV4_HIGH, IPV4.lastLow + 1, lastHigh, lastLow);
      return Stream.of(below, above)
          .filter(r -> compare(r.firstHigh, r.firstLow, r.lastHigh, r.lastLow) <= 0);
    }

    private static Range range(long high, long low, int length) {
      long hostHigh = length >= 64 ? 0 : -1L >>> length;
      long hostLow = length >= 128 ? 0 : length <= 64 ? -1L : -1L >>> length - 64;
      return new Range(high & ~hostHigh, low & ~hostLow, high | hostHigh, low | hostLow);
    }

    private boolean holdsAll(Range other) {
      return compare(firstHigh, firstLow, other.firstHigh, other.firstLow) <= 0 && holds(other);
    }

    /** Whether the range, which begins no later, holds the other to its end. */
    boolean holds(Range other) {
      return compare(other.lastHigh, other.lastLow, lastHigh, lastLow) <= 0;
    }
  }
}
