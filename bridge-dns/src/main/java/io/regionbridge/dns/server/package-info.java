/**
 * Listening sockets: UDP and TCP on the same addresses, one of each for every event loop
 * (SO_REUSEPORT). Hands queries to the loop's {@link io.regionbridge.dns.relay.QueryPipeline} and
 * is its path back; reads nothing of a message but its length.
 */
@NullMarked
package io.regionbridge.dns.server;

import org.jspecify.annotations.NullMarked;
