/**
 * The regions as they are at one moment, immutable, and the pure function that makes them from what
 * the API server, the configuration, peers and the overlay say. The values know nothing of
 * Kubernetes and load nothing of its client; only {@link
 * io.regionbridge.router.topology.TopologyBuilder} reads what was discovered.
 */
@NullMarked
package io.regionbridge.router.topology;

import org.jspecify.annotations.NullMarked;
