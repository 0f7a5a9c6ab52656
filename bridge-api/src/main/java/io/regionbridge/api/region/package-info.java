/**
 * What a bridge learns of its region, of its peers and of the machine that it runs on, and where
 * from: the API server through the control plane, or manifests; the overlay's device; the
 * configuration. Gives {@link io.regionbridge.router.topology.Topology} snapshots and {@link
 * io.regionbridge.router.directory.Directory}s; knows nothing of DNS.
 *
 * <p>What a standalone bridge without an overlay needs loads neither the Kubernetes client nor JNA.
 */
@NullMarked
package io.regionbridge.api.region;

import org.jspecify.annotations.NullMarked;
