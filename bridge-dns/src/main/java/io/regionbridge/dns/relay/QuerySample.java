package io.regionbridge.dns.relay;

import java.net.InetSocketAddress;

/**
 * One query and what became of it.
 *
 * @param name without the final dot, in small letters; empty if the question could not be read
 * @param type a number of {@link org.xbill.DNS.Type}
 * @param rcode a number of {@link org.xbill.DNS.Rcode}
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
