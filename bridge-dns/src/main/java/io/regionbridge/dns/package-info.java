/**
 * The data plane: answers for the local region, relays for its peers. Knows DNS and sockets; never
 * Kubernetes or WireGuard.
 */
@NullMarked
package io.regionbridge.dns;

import org.jspecify.annotations.NullMarked;
