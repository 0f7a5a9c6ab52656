package io.regionbridge.dns.wire;

/** Option codes of the OPT record that the bridge reads or writes (RFC 6891 section 6.1.2). */
public final class EdnsOption {
  /** DNS cookie, RFC 7873. */
  public static final int COOKIE = 10;

  /** Padding, RFC 7830. */
  public static final int PADDING = 12;

  /** Extended DNS error, RFC 8914. */
  public static final int EXTENDED_ERROR = 15;

  /**
   * Marks a query that a bridge relays for its own clients: the receiver answers it from its own
   * region or not at all, so that relays cannot loop. From the range for local use (RFC 6891
   * section 9); no data.
   */
  public static final int RELAYED = 65313;

  /**
   * The one octet of {@link #RELAYED} in a question to another bridge of the own region: it may go
   * to the peer's gateways, but to no third bridge.
   */
  public static final byte FOR_SIBLING = 1;

  /** The one octet of {@link #RELAYED} in a health probe of another region's bridge. */
  public static final byte PROBE = 2;

  /** The one octet of {@link #RELAYED} in a health probe of another bridge of the own region. */
  public static final byte PROBE_BY_SIBLING = 3;

  private EdnsOption() {}
}
