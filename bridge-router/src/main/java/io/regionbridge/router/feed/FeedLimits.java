package io.regionbridge.router.feed;

/** Limits of a line of a feed, kept by writers and enforced by readers. */
public final class FeedLimits {
  /** The version of the format. */
  public static final int VERSION = 1;

  /** Octets of a line, without its end. */
  public static final int LINE = 2 << 20;

  /**
   * Endpoints of a Service: more than the 4,095 addresses that an answer of 64 KiB holds. Of a
   * Service with more, the first by address are given.
   */
  public static final int ENDPOINTS = 5000;

  /** Characters of a text that is not a DNS name. */
  public static final int TEXT = 253;

  private FeedLimits() {}
}
