package io.regionbridge.router.overlay;

import io.regionbridge.router.wireguard.PublicKey;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What this region announces of a device that this process makes. One value, so that a key never
 * disappears before its successor is there.
 *
 * @param nextPublicKey announced before it is used
 * @param endpoint where it is reached from outside; empty: it calls its peers
 */
public record LocalEnd(
    PublicKey publicKey, Optional<PublicKey> nextPublicKey, Optional<InetSocketAddress> endpoint) {}
