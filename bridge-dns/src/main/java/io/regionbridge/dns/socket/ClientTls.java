package io.regionbridge.dns.socket;

import io.netty.handler.ssl.SslContext;

/**
 * How a gateway's certificate is checked.
 *
 * @param context trusts the region's authority
 * @param serverName the name in the certificate (RFC 8310 section 8.1)
 */
public record ClientTls(SslContext context, String serverName) {}
