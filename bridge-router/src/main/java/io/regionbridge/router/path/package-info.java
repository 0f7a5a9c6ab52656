/**
 * Probes of the path that pods' packets take to other regions: from an address that pods' packets
 * have on the overlay to an address of the pod range on a peer's gateway, and back. DNS probes and
 * WireGuard sessions have overlay addresses at both ends and say nothing of routes, allowed ranges
 * and address translation of pods.
 *
 * <p>{@link io.regionbridge.router.path.PathPlan} decides, purely, which addresses to use and says
 * why a path cannot be probed. {@link io.regionbridge.router.path.PathRecord} judges one path by
 * its answers, without a clock. {@link io.regionbridge.router.path.PathProbes} owns the sockets.
 */
@NullMarked
package io.regionbridge.router.path;

import org.jspecify.annotations.NullMarked;
