/** Whole bridges, as processes, among real API servers, CoreDNS and WireGuard devices. */
@NullMarked
package io.regionbridge.api.e2e;

import org.jspecify.annotations.NullMarked;
