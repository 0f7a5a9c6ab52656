package io.regionbridge.dns.upstream;

import java.net.InetSocketAddress;

/**
 * One try of an exchange, with its outcome in words.
 *
 * @param after nanoseconds from the exchange's start to the sending
 * @param took nanoseconds from there to the reply, or until now
 */
public record TryReport(InetSocketAddress gateway, long after, long took, String outcome) {}
