package io.regionbridge.dns.server;

/**
 * Limits of TCP (RFC 7766 section 6.2), for all clients and for one address.
 *
 * @param idleMillis after which a connection without a query under way is closed; also how long a
 *     client may take to finish a message or to read a reply
 */
public record TcpLimits(int maxConnections, int maxConnectionsPerClient, long idleMillis) {}
