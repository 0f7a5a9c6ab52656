package io.regionbridge.router.net;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The alias ranges of one region: how its own addresses and ranges look to its peers. Pure.
 *
 * @param ranges in order; no two own ranges overlap, no two aliases, and no alias an own range
 */
public record AliasRanges(List<AliasRange> ranges) {
  /** Peers know every address as it is. */
  public static final AliasRanges NONE = new AliasRanges(List.of());

  /**
   * @throws IllegalArgumentException if an address would have two aliases, or an alias two
   *     addresses
   */
  public AliasRanges {
    ranges = ranges.stream().sorted().toList();
    for (int i = 0; i < ranges.size(); i++) {
      AliasRange one = ranges.get(i);
      for (int j = 0; j < ranges.size(); j++) {
        AliasRange other = ranges.get(j);
        boolean twice =
            i != j && (one.range().overlaps(other.range()) || one.alias().overlaps(other.alias()));
        if (twice || one.alias().overlaps(other.range())) {
          throw new IllegalArgumentException("%s; %s: they overlap".formatted(other, one));
        }
      }
    }
  }

  /** Whether no address has an alias. */
  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** The address by which peers know one of the region's own: itself if it has no alias. */
  public IpAddress known(IpAddress own) {
    for (AliasRange range : ranges) {
      if (range.range().isIpv6() == own.isIpv6()) {
        IpAddress alias = range.known(own).orElse(null);
        if (alias != null) {
          return alias;
        }
      }
    }
    return own;
  }

  /** The ranges by which peers know some of the region's own, in order. */
  public List<Cidr> known(Collection<Cidr> own) {
    return Stream.concat(aliased(own).stream().map(AliasRange::alias), unaliased(own).stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** The parts of the region's own ranges that have an alias, with it, in order. */
  public List<AliasRange> aliased(Collection<Cidr> own) {
    List<AliasRange> aliased = new ArrayList<>();
    own.forEach(range -> split(range, aliased, new ArrayList<>()));
    return aliased.stream().distinct().sorted().toList();
  }

  /** The parts of the region's own ranges that peers know as they are, in order. */
  public List<Cidr> unaliased(Collection<Cidr> own) {
    List<Cidr> rest = new ArrayList<>();
    own.forEach(range -> split(range, new ArrayList<>(), rest));
    return rest.stream().distinct().sorted().toList();
  }

  /** Halves a range until each part has an alias as a whole or none in it. */
  private void split(Cidr own, List<AliasRange> aliased, List<Cidr> rest) {
    for (AliasRange range : ranges) {
      if (range.range().contains(own)) {
        range.part(own).ifPresent(aliased::add);
        return;
      }
    }
    if (ranges.stream().noneMatch(range -> own.contains(range.range()))) {
      rest.add(own);
      return;
    }
    int longer = own.prefixLength() + 1;
    byte[] upper = own.network().getAddress();
    upper[own.prefixLength() / Byte.SIZE] |= (byte) (0x80 >>> own.prefixLength() % Byte.SIZE);
    split(Cidr.containing(own.network(), longer), aliased, rest);
    split(Cidr.containing(IpLiteral.address(upper), longer), aliased, rest);
  }
}
