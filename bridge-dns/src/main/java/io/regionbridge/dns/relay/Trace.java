package io.regionbridge.dns.relay;

import io.regionbridge.dns.upstream.TryReport;
import io.regionbridge.dns.zone.View;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;

/**
 * How an answer came about.
 *
 * @param zone the zone that the name belongs to, without the final dot; null if it belongs to none
 * @param region the peer region that is asked for the zone; null for local zones and none
 * @param view what the client may see of local names
 * @param routedAfter nanoseconds from the question until its zone was known
 * @param cachedAfter nanoseconds until it was known what the cache has; -1 if it was not looked at
 * @param cacheAge milliseconds since the cached reply came; -1 if there was none
 * @param cacheLeft milliseconds that it is still fresh; negative when it is stale
 * @param exchangeAfter nanoseconds from the question until gateways were asked, negative if they
 *     had been already for somebody else; 0 if they were not
 * @param tries gateways asked, in order
 * @param source where the answer comes from, as the metrics have it
 * @param took nanoseconds from question to answer
 * @param answer the reply
 */
public record Trace(
    @Nullable String zone,
    @Nullable String region,
    View view,
    long routedAfter,
    long cachedAfter,
    long cacheAge,
    long cacheLeft,
    long exchangeAfter,
    List<TryReport> tries,
    Source source,
    long took,
    Message answer) {}
