package io.regionbridge.dns.socket;

import io.netty.handler.ssl.SslContext;

/**
 * How a gateway's certificate is checked.
 *
 * @param context trusts whom the region's gateways are vouched for by
 * @param serverName the name that their certificates must carry (RFC 8310 section 8.1)
 */
public record ClientTls(SslContext context, String serverName) {}
