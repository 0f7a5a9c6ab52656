package io.regionbridge.dns.relay;

import java.net.InetSocketAddress;

/**
 * One query and its result.
 *
 * @param name without the final dot, in lower case; empty if the question could not be read
 * @param type a number of {@link org.xbill.DNS.Type}, as {@code rcode} is of Rcode
 * @param nanos from the query to the reply
 */
public record QuerySample(
    InetSocketAddress client,
    boolean tcp,
    String name,
    int type,
    int rcode,
    Source source,
    long nanos) {}
