/**
 * The Multi-Cluster Services API ({@code multicluster.x-k8s.io}, KEP-1645): which Services
 * ServiceExports make known to all regions, and the ServiceImports that stand for them here.
 *
 * <p>{@link io.regionbridge.router.multicluster.ClusterSetWatch} keeps what the API server has,
 * {@link io.regionbridge.router.multicluster.ImportPlanner} makes of it, and of the directories of
 * all regions, what there should be, and {@link
 * io.regionbridge.router.multicluster.ImportReconciler} writes the difference. Exports travel in
 * the directory and its feed. Nothing of this package runs unless {@code multicluster.enabled} is
 * on.
 */
@NullMarked
package io.regionbridge.router.multicluster;

import org.jspecify.annotations.NullMarked;
