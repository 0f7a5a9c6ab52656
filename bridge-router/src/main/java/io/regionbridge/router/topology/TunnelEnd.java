package io.regionbridge.router.topology;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A peer region's end of a tunnel that this region makes itself.
 *
 * @param name of the gateway, unique in its region
 * @param publicKey base64
 * @param overlayAddress of the gateway; empty: that of the region's first gateway
 * @param endpoint where it is reached from outside; empty: it calls us
 * @param persistentKeepalive seconds between keepalives; 0: none
 * @param active whether the region's traffic goes through it
 */
public record TunnelEnd(
    String name,
    String publicKey,
    Optional<InetAddress> overlayAddress,
    Optional<InetSocketAddress> endpoint,
    int persistentKeepalive,
    boolean active) {}
