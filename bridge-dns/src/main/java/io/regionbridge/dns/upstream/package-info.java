/**
 * Peers' gateways as the relay sees them: which are healthy, how long they take, and the questions
 * that are out with them. Shared between loops: {@link io.regionbridge.dns.upstream.GatewayHealth},
 * by volatile fields. Everything else belongs to one event loop. May use {@code wire}, {@code
 * zone}, {@code net} and {@code socket}; knows nothing of clients or of the cache.
 */
@NullMarked
package io.regionbridge.dns.upstream;

import org.jspecify.annotations.NullMarked;
