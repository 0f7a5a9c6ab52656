/**
 * Where peer regions are learned of besides the configuration: Region objects, the peers' own API
 * servers, and the bridges that answer on the overlay. Each gives {@link
 * io.regionbridge.router.topology.PeerClaim}s; what was last known stays until it is contradicted.
 */
@NullMarked
package io.regionbridge.router.peers;

import org.jspecify.annotations.NullMarked;
