/**
 * The Multi-Cluster Services API ({@code multicluster.x-k8s.io}, KEP-1645): the Services that
 * ServiceExports export to all regions, and the ServiceImports of the local cluster.
 *
 * <p>{@link io.regionbridge.router.multicluster.ClusterSetWatch} holds the objects of the API
 * server, {@link io.regionbridge.router.multicluster.ImportPlanner} compares them with what the
 * directories of all regions ask for, and {@link
 * io.regionbridge.router.multicluster.ImportReconciler} writes the difference. Exports travel in
 * the directory and its feed. Nothing of this package runs unless {@code multicluster.enabled} is
 * on.
 */
@NullMarked
package io.regionbridge.router.multicluster;

import org.jspecify.annotations.NullMarked;
