/**
 * Keeps the pods of NetBird's router on the host network, where the bridge finds their interface:
 * finds out what decides it ({@link io.regionbridge.router.netbird.HostNetworkPlan}), writes two
 * fields and nothing else ({@link io.regionbridge.router.netbird.NetBirdReconciler}). Off unless it
 * is configured, since the objects are the operator's.
 */
@NullMarked
package io.regionbridge.router.netbird;

import org.jspecify.annotations.NullMarked;
