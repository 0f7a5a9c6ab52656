package io.regionbridge.router.topology;

import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.CidrIndex;
import io.regionbridge.router.net.IpLiteral;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Proposes alias ranges that resolve conflicts between ranges. Pure: regions that know the same
 * topology propose the same aliases, so that the changes of their operators fit together.
 */
final class AliasAdvice {
  /** The most aliases to propose. */
  private static final int MOST = 32;

  /** Where aliases are taken from: private networks that few clusters use (RFC 1918, RFC 4193). */
  private static final Cidr IPV4 = Cidr.of("10.0.0.0/8");

  private static final Cidr IPV6 = Cidr.of("fd8a::/16");

  /** The preferred distance of an alias: 10.42.0.0 becomes 10.142.0.0, if that is free. */
  private static final BigInteger OFFSET = BigInteger.valueOf(100L << 16);

  /** What is known of a cluster may be the ranges of its nodes; the next node has another. */
  private static final int SHARED_IPV4 = 16;

  private static final int SHARED_IPV6 = 48;

  private static final int MOST_TRIES = 1024;

  private final LocalRegion local;
  private final CidrIndex<Boolean> taken = new CidrIndex<>();

  /** Creates advice that avoids all ranges that are known to be in use. */
  AliasAdvice(LocalRegion local, List<PeerRegion> peers) {
    this.local = local;
    Stream.of(
            local.podCidrs().cidrs().stream(),
            local.serviceCidrs().cidrs().stream(),
            local.aliases().ranges().stream().map(AliasRange::alias),
            local.nodeAddresses().stream().map(Cidr::host),
            peers.stream()
                .flatMap(
                    peer -> Stream.concat(peer.podCidrs().stream(), peer.serviceCidrs().stream())),
            peers.stream()
                .flatMap(peer -> peer.gateways().stream())
                .map(gateway -> Cidr.host(gateway.address().getAddress())))
        .flatMap(ranges -> ranges)
        .forEach(range -> taken.add(range, true));
  }

  /**
   * Proposes aliases for the conflicts in {@code chosen}, in one clause; empty if none would help.
   * Called once.
   */
  Optional<String> about(List<Conflict> all, List<Conflict> chosen) {
    Set<String> asked = wanted(chosen).keySet();
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    List<String> sides = new ArrayList<>();
    aliases(wanted(all))
        .forEach((region, aliases) -> {
          if (asked.contains(region)) {
            sides.add(side(region, aliases));
          }
        });
    return sides.isEmpty()
        ? Optional.empty()
        : Optional.of("to mend it, set " + String.join(", and ", sides));
  }

  private String side(String region, List<AliasRange> aliases) {
    String entries =
        aliases.stream()
            .map(alias -> "{range: %s, alias: %s}".formatted(alias.range(), alias.alias()))
            .collect(Collectors.joining(", "));
    return "region.aliasRanges: [%s] in the configuration of region %s%s"
        .formatted(entries, region, region.equals(local.name()) ? ", this one" : "");
  }

  /** The ranges that need an alias, by region. */
  private SortedMap<String, SortedSet<Cidr>> wanted(List<Conflict> conflicts) {
    SortedMap<String, SortedSet<Cidr>> wanted = new TreeMap<>();
    for (Conflict conflict : conflicts) {
      switch (conflict) {
        case Conflict.Ranges(String region, Cidr cidr, String other, Cidr otherCidr) -> {
          want(wanted, region, cidr);
          if (other.equals(Conflict.Ranges.LOCAL) && announced(otherCidr)) {
            // Or the peer cannot reach this region.
            want(wanted, local.name(), otherCidr);
          }
        }
        case Conflict.Held(String region, Cidr cidr, _, _) -> want(wanted, region, cidr);
        case Conflict.Domains _ -> {}
      }
    }
    return wanted;
  }

  /** Whether peers know a range of this region as it is. */
  private boolean announced(Cidr range) {
    return Stream.concat(local.podCidrs().cidrs().stream(), local.serviceCidrs().cidrs().stream())
            .anyMatch(range::equals)
        && !local.aliases().unaliased(List.of(range)).isEmpty();
  }

  private static void want(SortedMap<String, SortedSet<Cidr>> wanted, String region, Cidr range) {
    int length = Math.min(range.prefixLength(), range.isIpv6() ? SHARED_IPV6 : SHARED_IPV4);
    wanted
        .computeIfAbsent(region, _ -> new TreeSet<>())
        .add(Cidr.containing(range.network(), length));
  }

  private SortedMap<String, List<AliasRange>> aliases(SortedMap<String, SortedSet<Cidr>> wanted) {
    SortedMap<String, List<AliasRange>> aliases = new TreeMap<>();
    List<Map.Entry<String, Cidr>> each = new ArrayList<>();
    wanted.forEach((region, ranges) ->
        ranges.stream()
            .filter(range -> ranges.stream().noneMatch(r -> !r.equals(range) && r.contains(range)))
            .forEach(range -> each.add(Map.entry(region, range))));
    for (Map.Entry<String, Cidr> one : each.subList(0, Math.min(MOST, each.size()))) {
      free(one.getValue())
          .ifPresent(alias -> {
            taken.add(alias, true);
            aliases
                .computeIfAbsent(one.getKey(), _ -> new ArrayList<>())
                .add(new AliasRange(one.getValue(), alias));
          });
    }
    return aliases;
  }

  /** The first range of the same size that nobody is known to use. */
  private Optional<Cidr> free(Cidr range) {
    Cidr within = range.isIpv6() ? IPV6 : IPV4;
    int bits = range.network().getAddress().length * Byte.SIZE;
    if (range.prefixLength() <= within.prefixLength()) {
      return Optional.empty();
    }
    BigInteger room = BigInteger.ONE.shiftLeft(bits - within.prefixLength());
    BigInteger step = BigInteger.ONE.shiftLeft(bits - range.prefixLength());
    BigInteger first = new BigInteger(1, range.network().getAddress()).mod(room);
    BigInteger at = range.isIpv6() ? first : first.add(OFFSET).divide(step).multiply(step);
    for (int i = 0; i < MOST_TRIES; i++) {
      Cidr free = at(within, at.mod(room), range.prefixLength());
      if (taken.overlapping(free).isEmpty()) {
        return Optional.of(free);
      }
      at = at.add(step);
    }
    return Optional.empty();
  }

  private static Cidr at(Cidr within, BigInteger offset, int prefixLength) {
    byte[] octets = within.network().getAddress();
    byte[] number = offset.toByteArray();
    for (int i = 0; i < Math.min(number.length, octets.length); i++) {
      octets[octets.length - 1 - i] |= number[number.length - 1 - i];
    }
    return Cidr.containing(IpLiteral.address(octets), prefixLength);
  }
}
