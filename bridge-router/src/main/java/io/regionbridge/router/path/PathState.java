package io.regionbridge.router.path;

/**
 * How the path of pods' packets to one region is.
 *
 * @param verdict what probes say
 * @param worked whether it worked before in the life of this process; only then does silence say
 *     that something has changed
 * @param words one clause: the addresses and the size that were probed, or why none were
 */
public record PathState(Verdict verdict, boolean worked, String words) {
  /** What probes say, best first. */
  public enum Verdict {
    /** Packets of full size pass in both directions. */
    WORKS,
    /** Small packets pass in both directions, those of full size do not. */
    SMALL_ONLY,
    /** Too soon to say. */
    PENDING,
    /** There is no way to probe it from here. */
    NOT_PROBED,
    /** Nothing comes back. */
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
