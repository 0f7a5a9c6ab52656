package io.regionbridge.api.zones;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.config.BridgeConfig;
import io.regionbridge.api.config.ConfigKeys;
import io.regionbridge.api.lifecycle.Configs;
import io.regionbridge.api.lifecycle.ListenAddresses;
import io.regionbridge.api.lifecycle.ListenAddressesTest;
import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.zone.ClientPolicy.Standing;
import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.HostAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientRangesTest {
  private static final BridgeConfig CONFIG =
      Configs.read(
          """
          region: { name: fsn1, podCIDRs: [10.42.0.0/16, "fd00:42::/56"], serviceCIDRs: [10.43.0.0/16] }
          kubernetes: { enabled: false }
          regions:
            - { name: mn, podCIDRs: [10.52.0.0/16], gateways: ["100.64.0.9:1053", "10.9.0.1:1053"] }
          """,
          Path.of("/"));

  private static final List<Cidr> OVERLAY = List.of(Cidr.of("100.64.0.0/10"));

  private static final HostAddresses HOST =
      ListenAddressesTest.host("192.168.1.5", "eth0", "192.168.1.5", "wt0", "100.64.0.1");

  @ParameterizedTest(name = "{0} is {1}: {2}")
  @CsvSource({
    "10.42.7.7, CLUSTER, a local pod",
    "fd00:42::7, CLUSTER, a local pod",
    "192.168.1.5, CLUSTER, this node",
    "100.64.0.1, CLUSTER, this node by its overlay address",
    "127.0.0.1, OTHER, loopback",
    "127.0.0.53, OTHER, loopback",
    "::1, OTHER, loopback",
    "100.64.0.9, PEER, a gateway of a peer",
    "10.9.0.1, PEER, 'a gateway on an overlay with other numbers'",
    "100.101.0.1, OTHER, somebody on the overlay",
    "10.52.0.9, REFUSED, 'a pod of a peer: it has a bridge of its own'",
    "10.43.0.1, REFUSED, an address of a Service asks nothing",
    "192.168.1.6, REFUSED, a neighbour",
    "8.8.8.8, REFUSED, the rest of the world",
  })
  void knowsWhoIsWhoByDefault(String address, Standing standing, String who) {
    assertThat(standing(CONFIG, address)).as(who).isEqualTo(standing);
  }

  @Test
  void allowsExactlyWhatIsConfigured() {
    BridgeConfig config = Configs.of("dns: { allow: [10.0.0.0/8] }");
    assertThat(standing(config, "10.1.1.1")).isEqualTo(Standing.OTHER);
    assertThat(standing(config, "127.0.0.1")).isEqualTo(Standing.REFUSED);
    assertThat(standing(config, "100.64.0.1")).isEqualTo(Standing.REFUSED);
  }

  @Test
  void neverTakesLoopbackForTheClusterEvenWhereItIsListenedOn() {
    assertThat(standing(Configs.of("dns: { listen: [\"127.0.0.11:1053\"] }"), "127.0.0.11"))
        .isEqualTo(Standing.OTHER);
  }

  @Test
  void isTheSameForTheSameInputs() {
    assertThat(ranges(CONFIG)).isEqualTo(ranges(CONFIG));
  }

  private static ClientRanges ranges(BridgeConfig config) {
    return ClientRanges.of(
        config.get(ConfigKeys.DNS_ALLOW),
        Configs.topology(config, OVERLAY),
        OVERLAY,
        HOST,
        ListenAddresses.of(
            config, HOST, Optional.empty(), List.of(InetAddress.ofLiteral("100.64.0.1"))));
  }

  private static Standing standing(BridgeConfig config, String address) {
    PeerAddress client = new PeerAddress();
    client.set(new InetSocketAddress(InetAddress.ofLiteral(address), 9));
    return ranges(config).policy().standing(client.high(), client.low());
  }
}
