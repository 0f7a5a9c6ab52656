package io.regionbridge.router.topology;

import io.regionbridge.router.net.Cidr;
import java.util.ArrayList;
import java.util.List;

/** Writes a set of addresses with as few ranges as can be. Pure. */
public final class CidrMerge {
  private CidrMerge() {}

  /** The same addresses: nothing inside another range, and no two halves of one, in order. */
  public static List<Cidr> merge(List<Cidr> ranges) {
    List<Cidr> merged = new ArrayList<>();
    for (Cidr range : ranges.stream().sorted().toList()) {
      // In order, whatever contains a range comes before it.
      if (!merged.isEmpty() && merged.getLast().contains(range)) {
        continue;
      }
      merged.add(range);
      while (merged.size() > 1 && halves(merged.get(merged.size() - 2), merged.getLast())) {
        Cidr last = merged.removeLast();
        merged.set(merged.size() - 1, Cidr.containing(last.network(), last.prefixLength() - 1));
      }
    }
    return List.copyOf(merged);
  }

  private static boolean halves(Cidr one, Cidr other) {
    int length = one.prefixLength();
    return length > 0
        && length == other.prefixLength()
        && one.isIpv6() == other.isIpv6()
        && Cidr.containing(one.network(), length - 1)
            .equals(Cidr.containing(other.network(), length - 1));
  }
}
