package io.regionbridge.router.egress;

import io.regionbridge.router.net.Cidr;

/**
 * A range that is not sent to the peer that claims it. The message names the range, and the other
 * side if there is one.
 */
public record RefusedRange(Cidr cidr, Reason reason, String message) {
  /** Why not, in the order in which it is looked for. */
  public enum Reason {
    /** It is everything. */
    DEFAULT_ROUTE("DefaultRoute"),
    /** Loopback, link-local, multicast, IPv4 inside of IPv6, and the like. */
    SPECIAL("NoPodRange"),
    /** Wider than {@link EgressRules} let it be. */
    TOO_WIDE("TooWide"),
    /** It touches the overlay, or a gateway that is reached over it: a loop. */
    OVERLAY("OverlapsOverlay"),
    /** It touches this region's own pods, Services or nodes. */
    THIS_REGION("OverlapsThisRegion"),
    /** Another region claims some of it. */
    ANOTHER_REGION("OverlapsAnotherRegion");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    /** Fit for the reason of a condition. */
    public String word() {
      return word;
    }
  }

  @Override
  public String toString() {
    return message;
  }
}
