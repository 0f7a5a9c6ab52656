/**
 * The network between the regions as this node has it: what its interface shows, and the WireGuard
 * device where the bridge makes that.
 *
 * <p>Nothing of the WireGuard library is loaded before there is an interface to look at.
 */
@NullMarked
package io.regionbridge.router.overlay;

import org.jspecify.annotations.NullMarked;
