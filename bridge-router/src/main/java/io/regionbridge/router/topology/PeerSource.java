package io.regionbridge.router.topology;

/** The sources of claims about a peer region, most trusted first. */
public enum PeerSource {
  /** The configuration file. */
  CONFIGURATION("the configuration"),
  /** A Region object. */
  REGION_OBJECT("its Region object"),
  /** The peer's own API server. */
  PEER_API_SERVER("its API server"),
  /** A bridge that answers on the overlay. */
  OVERLAY("the overlay");

  private final String words;

  PeerSource(String words) {
    this.words = words;
  }

  /** The name in messages. */
  public String words() {
    return words;
  }

  /** Whether the operators of this region say it themselves. */
  public boolean declares() {
    return this == CONFIGURATION || this == REGION_OBJECT;
  }
}
