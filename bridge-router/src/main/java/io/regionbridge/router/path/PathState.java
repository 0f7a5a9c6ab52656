package io.regionbridge.router.path;

/**
 * The state of the path that pods' packets take to one region.
 *
 * @param worked whether the path has worked since this process started; only then does silence mean
 *     that it broke
 * @param words the addresses and the size that were probed, or why none were, in one clause
 */
public record PathState(Verdict verdict, boolean worked, String words) {
  /** What probes say, best first. */
  public enum Verdict {
    /** Packets of full size pass in both directions. */
    WORKS,
    /** Small packets pass in both directions, those of full size do not. */
    SMALL_ONLY,
    /** Not enough probes yet. */
    PENDING,
    /** It cannot be probed from this node. */
    NOT_PROBED,
    /** No probe is answered. */
    SILENT
  }

  /** One that cannot be probed. */
  static PathState notProbed(String why) {
    return new PathState(Verdict.NOT_PROBED, false, "not probed with pods' addresses: " + why);
  }

  /** Whether nothing comes back. */
  public boolean silent() {
    return verdict == Verdict.SILENT;
  }
}
