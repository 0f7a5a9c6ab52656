/**
 * Replies of peer regions, kept until their time is over and a while beyond it. One {@link
 * io.regionbridge.dns.cache.ResponseCache} serves all event loops: readers take no lock and
 * allocate nothing; writers take the lock of one stripe. May use {@code wire}; sees neither zones
 * nor sockets, and gets the time as an argument.
 */
@NullMarked
package io.regionbridge.dns.cache;

import org.jspecify.annotations.NullMarked;
