/**
 * The control plane: what the API server, manifests and the WireGuard device say, and what follows
 * from it. Never touches a DNS message.
 */
@NullMarked
package io.regionbridge.router;

import org.jspecify.annotations.NullMarked;
