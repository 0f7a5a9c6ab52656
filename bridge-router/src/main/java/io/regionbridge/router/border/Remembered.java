package io.regionbridge.router.border;

import io.regionbridge.router.net.Cidr;
import java.util.Set;

/**
 * What was written down of a region before this process started.
 *
 * @param overlayKeys that announced it on the overlay; they take precedence over what this process
 *     remembers
 * @param undeclared whether only the overlay announced it: then it keeps its name and ranges while
 *     it is silent
 */
public record Remembered(Set<String> overlayKeys, Set<Cidr> ranges, boolean undeclared) {
  /** Nothing is known. */
  public static final Remembered NOTHING = new Remembered(Set.of(), Set.of());

  public Remembered {
    overlayKeys = Set.copyOf(overlayKeys);
    ranges = Set.copyOf(ranges);
  }

  /** Of a region that is declared. */
  public Remembered(Set<String> overlayKeys, Set<Cidr> ranges) {
    this(overlayKeys, ranges, false);
  }
}
