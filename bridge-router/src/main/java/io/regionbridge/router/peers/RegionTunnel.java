package io.regionbridge.router.peers;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.kubernetes.Conditions.State;
import io.regionbridge.router.path.PathState;
import java.time.Instant;
import java.util.Optional;

/** The state of the tunnel to a region, with the last handshake of any of its gateways. */
public record RegionTunnel(Finding finding, Optional<Instant> lastHandshake) {
  /** The condition of a Region that says whether packets can be expected to arrive. */
  public static final String CONDITION = "TunnelUp";

  /** The same with what probes of the pods' path say, which are worth more than a session. */
  public RegionTunnel probed(PathState path) {
    String words = finding.message() + "; " + path.words();
    return new RegionTunnel(
        switch (path.verdict()) {
          case SILENT -> new Finding(CONDITION, State.FALSE, "PathSilent", words);
          case SMALL_ONLY -> new Finding(CONDITION, State.FALSE, "PathTooSmall", words);
          case WORKS -> new Finding(CONDITION, State.TRUE, "Probed", words);
          case PENDING, NOT_PROBED ->
              new Finding(CONDITION, finding.state(), finding.reason(), words);
        },
        lastHandshake);
  }
}
