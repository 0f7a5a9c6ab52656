package io.regionbridge.router.peers;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import java.time.Instant;
import java.util.Optional;

/**
 * How the tunnel to a region fares.
 *
 * @param finding of type {@value #CONDITION}
 * @param lastHandshake with any of its gateways
 */
public record RegionTunnel(Finding finding, Optional<Instant> lastHandshake) {
  /** The condition of a Region that says whether packets can be expected to arrive. */
  public static final String CONDITION = "TunnelUp";
}
