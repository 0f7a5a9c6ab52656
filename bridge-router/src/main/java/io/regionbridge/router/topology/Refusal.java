package io.regionbridge.router.topology;

/**
 * A claim about a peer region that is not accepted. The rest of the claim counts.
 *
 * @param what the value that is left out, and why, in one clause
 */
public record Refusal(String region, PeerSource source, Field field, String what) {
  /** The field of a claim. */
  public enum Field {
    DOMAIN,
    RANGE,
    GATEWAY,
    /** The key of a tunnel, or that of a gateway on the overlay. */
    KEY,
    /** The claim as a whole. */
    ALL
  }

  /** One clause with the region and the source in it. */
  @Override
  public String toString() {
    return "region %s (%s): %s".formatted(region, source.words(), what);
  }
}
