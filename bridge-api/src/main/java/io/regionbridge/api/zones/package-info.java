/**
 * Translates what the control plane knows into what the data plane serves: the local region's
 * directory and the peers become DNS zones, ranges of addresses become client policies. Pure.
 */
@NullMarked
package io.regionbridge.api.zones;

import org.jspecify.annotations.NullMarked;
