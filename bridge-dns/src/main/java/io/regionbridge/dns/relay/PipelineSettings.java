package io.regionbridge.dns.relay;

import io.regionbridge.dns.cache.CachePolicy;

/**
 * Limits and policies of the query path; a new object takes their place while running.
 *
 * @param cache how long replies are kept
 * @param maxInflight queries that may wait for gateways at once, over all loops
 * @param maxInflightPerClient the same for one client address
 * @param refusedPerSecond replies REFUSED to one client network each second over UDP; what exceeds
 *     them goes unanswered
 */
public record PipelineSettings(
    CachePolicy cache, int maxInflight, int maxInflightPerClient, int refusedPerSecond) {}
