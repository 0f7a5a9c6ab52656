package io.regionbridge.dns.upstream;

import java.net.InetSocketAddress;

/**
 * How one try of an exchange went.
 *
 * @param gateway who was asked
 * @param after nanoseconds from the exchange's start to the sending
 * @param took nanoseconds from there to the reply, or until now
 * @param outcome in words
 */
public record TryReport(InetSocketAddress gateway, long after, long took, String outcome) {}
