package io.regionbridge.dns.cache;

import io.regionbridge.dns.wire.Reply;
import org.xbill.DNS.Rcode;

/**
 * How long replies are kept, in milliseconds.
 *
 * @param maxTtl longest time that an answer is fresh
 * @param maxNegativeTtl the same of a negative answer
 * @param staleFor how much longer a reply may be given when no gateway answers (RFC 8767)
 * @param prefetch whether names in demand are asked for again shortly before they expire
 */
public record CachePolicy(long maxTtl, long maxNegativeTtl, long staleFor, boolean prefetch) {
  /** TTL in seconds of a stale answer: RFC 8767 section 4 recommends 30, the contract allows 5. */
  public static final int STALE_TTL = 5;

  /** Milliseconds for which the reply counts as fresh; 0 if it is not to be kept. */
  public long freshFor(Reply reply) {
    if (reply.rcode() != Rcode.NOERROR && reply.rcode() != Rcode.NXDOMAIN) {
      return 0;
    }
    if (positive(reply)) {
      return Math.min(reply.minTtl() * 1000L, maxTtl);
    }
    if (reply.negativeTtl() >= 0) {
      return Math.min(reply.negativeTtl() * 1000L, maxNegativeTtl);
    }
    // Without an SOA nobody says for how long there is nothing (RFC 2308 section 5); an alias may
    // be kept, but what it leads to may soon be there.
    return reply.answers() > 0 ? Math.min(reply.minTtl() * 1000L, maxNegativeTtl) : 0;
  }

  /** Whether the reply has what was asked for: an alias within the zone alone is no answer. */
  public static boolean positive(Reply reply) {
    return reply.found() > 0 || reply.leavesZone();
  }
}
