/** Egress by Cilium's egress gateway: one policy for each region, written by the active gateway. */
@NullMarked
package io.regionbridge.router.egress.cilium;

import org.jspecify.annotations.NullMarked;
