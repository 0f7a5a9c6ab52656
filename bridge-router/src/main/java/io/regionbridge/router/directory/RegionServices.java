package io.regionbridge.router.directory;

import java.util.Locale;

/**
 * The Services that one region has for a name over all regions.
 *
 * @param domain without final dot
 * @param services as this region reaches them
 * @param reachable whether its pods can be reached, as far as is known
 * @param millis the round trip; 0: unknown, or local
 */
public record RegionServices(
    String region,
    String domain,
    Directory services,
    boolean local,
    boolean reachable,
    double millis) {

  /** The distance in words. */
  public String distance() {
    if (local) {
      return "local";
    }
    String far =
        millis == 0 ? "round trip not known" : String.format(Locale.ROOT, "%.1f ms", millis);
    return reachable ? far : far + ", not reachable";
  }
}
