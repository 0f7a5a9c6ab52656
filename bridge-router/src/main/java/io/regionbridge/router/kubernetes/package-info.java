/**
 * The project's own Kubernetes objects, as in {@code charts/region-bridge/crds}, and how a client
 * for an API server is made. May use fabric8's client.
 */
@NullMarked
package io.regionbridge.router.kubernetes;

import org.jspecify.annotations.NullMarked;
