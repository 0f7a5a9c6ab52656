package io.regionbridge.router.topology;

/** Who says something of a peer region. The first one that says it is believed. */
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

  /** What it is called in messages. */
  public String words() {
    return words;
  }

  /** Whether the operators of this region say it themselves. */
  public boolean declares() {
    return this == CONFIGURATION || this == REGION_OBJECT;
  }
}
