package io.regionbridge.api.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.metrics.Measured;
import io.regionbridge.api.status.BridgeStatus;
import io.regionbridge.router.topology.PeerRegion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TunnelReportsTest {
  private static final PeerRegion MN =
      new PeerRegion(
          "mn",
          "mn.internal",
          List.of(),
          List.of(),
          List.of(gateway("100.64.0.1"), gateway("100.64.0.2")),
          true,
          Set.of(),
          List.of());

  @Test
  void callsAGatewayAsItsOtherMetricsDo() {
    assertThat(
            TunnelReports.traffic(
                List.of(
                    tunnel("mn", 10, 20, "10.52.0.0/16", "100.64.0.2/32"),
                    tunnel("mn", 1, 2, "100.64.0.1/32")),
                List.of(MN)))
        .containsExactly(
            Map.entry(new Measured.End("mn", "100.64.0.1:1053"), new Measured.Traffic(1, 2)),
            Map.entry(new Measured.End("mn", "100.64.0.2:1053"), new Measured.Traffic(10, 20)));
  }

  @Test
  void hasOneSeriesForEachGateway() {
    assertThat(
            TunnelReports.traffic(
                List.of(
                    tunnel("mn", 10, 20, "100.64.0.9/32"),
                    tunnel("mn", 1, 2, "100.64.0.9/32"),
                    tunnel("mn", 5, 6),
                    tunnel("", 7, 8, "100.64.0.3/32")),
                List.of(MN)))
        .as("one that nobody asks, one without ranges, one of no region")
        .containsExactly(
            Map.entry(new Measured.End("mn", "100.64.0.9/32"), new Measured.Traffic(11, 22)),
            Map.entry(new Measured.End("mn", "key"), new Measured.Traffic(5, 6)));
  }

  private static PeerRegion.Gateway gateway(String address) {
    return new PeerRegion.Gateway(
        new InetSocketAddress(InetAddress.ofLiteral(address), 1053), Optional.empty());
  }

  private static BridgeStatus.Tunnel tunnel(String region, long rx, long tx, String... ranges) {
    return new BridgeStatus.Tunnel(region, "key", null, List.of(ranges), "up", "", null, rx, tx);
  }
}
