package io.regionbridge.api.reports;

import io.regionbridge.api.metrics.Measured;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.overlay.PeerTunnel;
import io.regionbridge.router.topology.PeerRegion;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What the status says of the peers of the overlay's device. */
public final class TunnelReports {
  private TunnelReports() {}

  /** The peers of the device, those of regions first; empty where it cannot be read. */
  public static List<BridgeStatus.Tunnel> of(List<PeerTunnel> tunnels) {
    return tunnels.stream().map(TunnelReports::report).toList();
  }

  /**
   * What went through the tunnels to regions since each was set up. A gateway is called as the
   * metrics of gateways call it, so that both can be joined; one that is asked by nobody, by the
   * first address that leads to it.
   */
  static Map<Measured.End, Measured.Traffic> traffic(
      List<BridgeStatus.Tunnel> tunnels, List<PeerRegion> regions) {
    Map<Measured.End, Measured.Traffic> all = new TreeMap<>();
    for (BridgeStatus.Tunnel tunnel : tunnels) {
      if (!tunnel.region().isEmpty()) {
        all.merge(
            new Measured.End(tunnel.region(), gateway(tunnel, regions)),
            new Measured.Traffic(tunnel.rxBytes(), tunnel.txBytes()),
            Measured.Traffic::plus);
      }
    }
    return all;
  }

  private static String gateway(BridgeStatus.Tunnel tunnel, List<PeerRegion> regions) {
    List<Cidr> ranges = tunnel.allowedIPs().stream().map(Cidr::of).toList();
    return regions.stream()
        .filter(region -> region.name().equals(tunnel.region()))
        .flatMap(region -> region.gateways().stream())
        .filter(gateway ->
            ranges.stream().anyMatch(range -> range.contains(gateway.address().getAddress())))
        .map(gateway -> SocketLiteral.format(gateway.address()))
        .findFirst()
        .orElseGet(() -> tunnel.allowedIPs().stream().findFirst().orElse(tunnel.publicKey()));
  }

  private static BridgeStatus.Tunnel report(PeerTunnel tunnel) {
    return new BridgeStatus.Tunnel(
        tunnel.region(),
        tunnel.publicKey(),
        tunnel.endpoint().orElse(null),
        tunnel.allowedIps().stream().map(Objects::toString).toList(),
        tunnel.state(),
        tunnel.since().map(PeerReports::text).orElse(""),
        tunnel.latestHandshake().map(PeerReports::text).orElse(null),
        tunnel.rxBytes(),
        tunnel.txBytes());
  }
}
