package io.regionbridge.router.net;

import java.util.Optional;

/**
 * A range of a region's own addresses and the range of the same size under which other regions know
 * them. An address and its alias differ in the prefix only.
 */
public record AliasRange(Cidr range, Cidr alias) implements Comparable<AliasRange> {
  /**
   * @throws IllegalArgumentException if the ranges are of different families or sizes
   */
  public AliasRange {
    if (range.isIpv6() != alias.isIpv6() || range.prefixLength() != alias.prefixLength()) {
      throw new IllegalArgumentException(
          "%s cannot be known as %s: the prefixes differ in length or family"
              .formatted(range, alias));
    }
  }

  /** The alias of an address; empty if it is outside the range. */
  public Optional<IpAddress> known(IpAddress own) {
    return translated(own, range, alias);
  }

  /** This pair, restricted to a part of the range; empty if it is not within the range. */
  Optional<AliasRange> part(Cidr own) {
    return range.contains(own)
        ? known(IpAddress.of(own.network()))
            .map(first ->
                new AliasRange(own, Cidr.containing(first.toInetAddress(), own.prefixLength())))
        : Optional.empty();
  }

  private static Optional<IpAddress> translated(IpAddress address, Cidr from, Cidr to) {
    IpAddress source = IpAddress.of(from.network());
    IpAddress target = IpAddress.of(to.network());
    int length = from.prefixLength();
    if (address instanceof IpAddress.V4(int bits)
        && source instanceof IpAddress.V4(int sourceBits)
        && target instanceof IpAddress.V4(int targetBits)) {
      int prefix = (int) (prefix(length + Integer.SIZE) & 0xFFFF_FFFFL);
      return (bits & prefix) == sourceBits
          ? Optional.of(new IpAddress.V4(targetBits | bits & ~prefix))
          : Optional.empty();
    }
    if (address instanceof IpAddress.V6(long high, long low)
        && source instanceof IpAddress.V6(long sourceHigh, long sourceLow)
        && target instanceof IpAddress.V6(long targetHigh, long targetLow)) {
      long upper = prefix(Math.min(length, Long.SIZE));
      long lower = prefix(Math.max(length - Long.SIZE, 0));
      return (high & upper) == sourceHigh && (low & lower) == sourceLow
          ? Optional.of(new IpAddress.V6(targetHigh | high & ~upper, targetLow | low & ~lower))
          : Optional.empty();
    }
    return Optional.empty();
  }

  /** A mask with the first {@code length} of 64 bits set. */
  private static long prefix(int length) {
    return length == 0 ? 0 : -1L << Long.SIZE - length;
  }

  @Override
  public int compareTo(AliasRange other) {
    return range.compareTo(other.range);
  }

  /** As operators read it: {@code 10.42.0.0/16, known as 10.142.0.0/16}. */
  @Override
  public String toString() {
    return range + ", known as " + alias;
  }
}
