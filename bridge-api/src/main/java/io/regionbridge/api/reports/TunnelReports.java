package io.regionbridge.api.reports;

import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.router.overlay.PeerTunnel;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What the status says of the peers of the overlay's device. */
public final class TunnelReports {
  private TunnelReports() {}

  /** The peers of the device, those of regions first; empty where it cannot be read. */
  public static List<BridgeStatus.Tunnel> of(List<PeerTunnel> tunnels) {
    return tunnels.stream().map(TunnelReports::report).toList();
  }

  private static BridgeStatus.Tunnel report(PeerTunnel tunnel) {
    return new BridgeStatus.Tunnel(
        tunnel.region(),
        tunnel.publicKey(),
        tunnel.endpoint().orElse(null),
        tunnel.allowedIps().stream().map(Objects::toString).toList(),
        tunnel.state().name().toLowerCase(Locale.ROOT),
        tunnel.since().map(PeerReports::text).orElse(""),
        tunnel.latestHandshake().map(PeerReports::text).orElse(null),
        tunnel.rxBytes(),
        tunnel.txBytes());
  }
}
