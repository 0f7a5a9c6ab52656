/**
 * What is answered and by whom: immutable snapshots that the control side compiles and the event
 * loops read. {@link io.regionbridge.dns.zone.ZoneTable} routes a name to the local zone, to a peer
 * region or to nobody; {@link io.regionbridge.dns.zone.LocalZone} holds the local region's records,
 * encoded once per change. Look-ups allocate nothing. May use {@code wire} and dnsjava's records
 * (to build, not to answer); no sockets, no clock.
 */
@NullMarked
package io.regionbridge.dns.zone;

import org.jspecify.annotations.NullMarked;
