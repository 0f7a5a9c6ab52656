package io.regionbridge.dns.relay;

import io.regionbridge.dns.upstream.TryReport;
import io.regionbridge.dns.zone.View;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;

/**
 * How an answer came about. Times are nanoseconds since the question unless stated otherwise.
 *
 * @param zone without the final dot; null if there is none
 * @param region the peer region that is asked; null for local zones and none
 * @param cachedAfter when the cache was read; -1 if it was not
 * @param cacheAge milliseconds since the cached reply came; -1 if there was none
 * @param cacheLeft milliseconds that it stays fresh; negative when it is stale
 * @param exchangeAfter when gateways were asked, negative if they had been before for another
 *     client; 0 if they were not
 * @param tries gateways asked, in order
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
