package io.regionbridge.dns.relay;

/** Where a reply came from. */
public enum Source {
  /** The local region's directory. */
  LOCAL("local"),
  /** A replica of a peer region's directory. */
  REPLICA("replica"),
  /** The cache. */
  CACHE("cache"),
  /** The cache past its time, or a replica that is current no more. */
  STALE("stale"),
  /** A gateway of a peer region. */
  RELAY("relay"),
  /** Nobody: the query was refused or could not be read. */
  REFUSED("refused");

  private final String label;

  Source(String label) {
    this.label = label;
  }

  /** The value of the metric label. */
  public String label() {
    return label;
  }
}
