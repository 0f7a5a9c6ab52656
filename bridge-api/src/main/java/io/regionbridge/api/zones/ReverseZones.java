package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.AddressTree;
import io.regionbridge.dns.zone.HostGroup;
import io.regionbridge.dns.zone.HostSet;
import io.regionbridge.dns.zone.LocalZone;
import io.regionbridge.dns.zone.Pointers;
import io.regionbridge.dns.zone.View;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpAddress;
import io.regionbridge.router.net.ReverseDomains;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Which names the addresses of pods lead back to, as one kind of client knows the addresses: in
 * every Service that an endpoint is part of, the endpoint's name, as CoreDNS has it; those with a
 * hostname first. Remembers which Services an address is part of; owned by one thread.
 */
final class ReverseZones {
  /** By namespace, then by name. */
  private static final Comparator<byte[]> BY_KEY =
      Comparator.<byte[], byte[]>comparing(
              name -> Arrays.copyOfRange(name, 2 + name[0], name.length), Arrays::compare)
          .thenComparing(name -> Arrays.copyOfRange(name, 1, 1 + name[0]), Arrays::compare);

  private static final Name IPV6 = Name.fromConstantString("ip6.arpa.");

  private final List<Cidr> ranges;
  private final View view;
  private AddressTree<byte[][]> narrow = AddressTree.empty(false);
  private AddressTree<byte[][]> wide = AddressTree.empty(true);
  private AddressTree<byte[][]> publishedNarrow = narrow;
  private AddressTree<byte[][]> publishedWide = wide;

  /** Creates zones of some ranges, without Services, for clients of one view. */
  ReverseZones(Collection<Cidr> ranges, View view) {
    this.view = view;
    this.ranges =
        ranges.stream()
            .distinct()
            .filter(range -> ranges.stream().noneMatch(r -> !r.equals(range) && r.contains(range)))
            .toList();
  }

  /** The apexes of the zones that a range is made of. */
  static List<Name> apexesOf(Cidr range) {
    return ReverseDomains.of(range).stream()
        .map(domain -> Name.fromConstantString(domain + "."))
        .toList();
  }

  /** The apex of each zone. */
  Set<Name> apexes() {
    Set<Name> apexes = new LinkedHashSet<>();
    ranges.forEach(range -> apexes.addAll(apexesOf(range)));
    return apexes;
  }

  /**
   * Takes in the change of a Service.
   *
   * @param before what its names said, or null
   * @param after the same with the same name object, or null
   */
  void change(@Nullable HostGroup before, @Nullable HostGroup after) {
    if (ranges.isEmpty()) {
      return;
    }
    HostSet were = before == null ? HostSet.NONE : before.hosts(view);
    HostSet are = after == null ? HostSet.NONE : after.hosts(view);
    byte[] name = after != null ? after.name() : before != null ? before.name() : new byte[0];
    narrow = changed(name, were.ipv4(), are.ipv4());
    wide = changed(name, were.ipv6(), are.ipv6());
  }

  private AddressTree<byte[][]> changed(byte[] name, int[] were, int[] are) {
    AddressTree<byte[][]> next = narrow;
    byte[][] alone = {name}; // one array for all addresses of the Service
    int i = 0;
    int k = 0;
    while (i < were.length || k < are.length) {
      int order =
          i == were.length ? 1 : k == are.length ? -1 : Integer.compareUnsigned(were[i], are[k]);
      long address = Integer.toUnsignedLong(order < 0 ? were[i] : are[k]);
      if (order < 0) {
        next = without(next, 0, address, name);
      } else if (order > 0 && covers(new IpAddress.V4((int) address))) {
        next = with(next, 0, address, alone);
      }
      i = order <= 0 ? after(were, i) : i;
      k = order >= 0 ? after(are, k) : k;
    }
    return next;
  }

  private AddressTree<byte[][]> changed(byte[] name, long[] were, long[] are) {
    AddressTree<byte[][]> next = wide;
    byte[][] alone = {name};
    int i = 0;
    int k = 0;
    while (i < were.length || k < are.length) {
      int order = i == were.length ? 1 : k == are.length ? -1 : compare(were, i, are, k);
      long high = order < 0 ? were[i] : are[k];
      long low = order < 0 ? were[i + 1] : are[k + 1];
      if (order < 0) {
        next = without(next, high, low, name);
      } else if (order > 0 && covers(new IpAddress.V6(high, low))) {
        next = with(next, high, low, alone);
      }
      i = order <= 0 ? after(were, i) : i;
      k = order >= 0 ? after(are, k) : k;
    }
    return next;
  }

  /** Where the next address is: one may be there several times, with several hostnames. */
  private static int after(int[] addresses, int at) {
    int next = at + 1;
    while (next < addresses.length && addresses[next] == addresses[at]) {
      next++;
    }
    return next;
  }

  private static int after(long[] addresses, int at) {
    int next = at + 2;
    while (next < addresses.length && compare(addresses, next, addresses, at) == 0) {
      next += 2;
    }
    return next;
  }

  private static int compare(long[] one, int i, long[] other, int k) {
    int order = Long.compareUnsigned(one[i], other[k]);
    return order != 0 ? order : Long.compareUnsigned(one[i + 1], other[k + 1]);
  }

  private boolean covers(IpAddress address) {
    for (Cidr range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static AddressTree<byte[][]> with(
      AddressTree<byte[][]> tree, long high, long low, byte[][] alone) {
    byte[][] names = tree.get(high, low);
    if (names == null) {
      return tree.with(high, low, alone);
    }
    byte[][] more = Arrays.copyOf(names, names.length + 1);
    more[names.length] = alone[0];
    Arrays.sort(more, BY_KEY);
    return tree.with(high, low, more);
  }

  private static AddressTree<byte[][]> without(
      AddressTree<byte[][]> tree, long high, long low, byte[] name) {
    byte[][] names = tree.get(high, low);
    if (names == null) {
      return tree;
    }
    byte[][] left =
        Arrays.stream(names).filter(other -> !Arrays.equals(other, name)).toArray(byte[][]::new);
    return left.length == 0 ? tree.without(high, low) : tree.with(high, low, left);
  }

  /**
   * The next version of a zone; the same if nothing has changed.
   *
   * @param names the zone of the names that its addresses lead to
   * @param renewed makes a version with another serial number
   */
  LocalZone of(LocalZone zone, LocalZone names, UnaryOperator<LocalZone> renewed) {
    boolean ipv6 = zone.apex().subdomain(IPV6);
    AddressTree<byte[][]> tree = ipv6 ? wide : narrow;
    LocalZone next = tree == (ipv6 ? publishedWide : publishedNarrow) ? zone : renewed.apply(zone);
    return next.with(new Pointers(tree, names, view));
  }

  /** Marks the current state as published: the next versions are compared with it. */
  void markPublished() {
    publishedNarrow = narrow;
    publishedWide = wide;
  }
}
