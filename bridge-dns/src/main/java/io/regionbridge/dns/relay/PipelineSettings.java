package io.regionbridge.dns.relay;

import io.regionbridge.dns.cache.CachePolicy;

/**
 * Limits and policies of the query path. Immutable; replaced while running.
 *
 * @param maxInflight queries that may wait for gateways, over all loops
 * @param maxInflightPerClient the same for one client address
 * @param refusedPerSecond replies REFUSED over UDP per client network; further queries get no reply
 */
public record PipelineSettings(
    CachePolicy cache, int maxInflight, int maxInflightPerClient, int refusedPerSecond) {}
