/**
 * Where traffic to the peers' pods leaves this region.
 *
 * <p>{@link io.regionbridge.router.egress.EgressPlanner} is pure: which ranges may be sent to which
 * peer, and why the others may not. What must never be sent into the tunnel is decided here alone,
 * whatever the engine: the overlay's own range (such traffic would come back in a loop), anything
 * of this region, a range that two regions claim, a default route or one that is nearly one, and
 * addresses that are no unicast addresses of a pod.
 */
@NullMarked
package io.regionbridge.router.egress;

import org.jspecify.annotations.NullMarked;
