package io.regionbridge.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.net.PeerAddress;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.zone.ClientPolicy.Standing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientPolicyTest {
  private static final ClientPolicy POLICY =
      ClientPolicy.of(
          List.of(
              prefix("10.42.0.0", 16),
              prefix("10.52.0.0", 16),
              prefix("192.168.0.0", 16),
              prefix("127.0.0.0", 8),
              prefix("::1", 128)),
          List.of(
              prefix("10.42.0.0", 16),
              prefix("192.168.1.0", 24),
              prefix("127.0.0.0", 8),
              prefix("::1", 128)),
          List.of(prefix("10.52.0.0", 16), prefix("192.168.1.7", 32), prefix("10.99.0.0", 16)));

  private static Prefix prefix(String address, int length) {
    return new Prefix(InetAddress.ofLiteral(address), length);
  }

  private static Standing standing(ClientPolicy policy, String address) {
    PeerAddress peer = new PeerAddress();
    peer.set(new InetSocketAddress(InetAddress.ofLiteral(address), 1));
    return policy.standing(peer.high(), peer.low());
  }

  @ParameterizedTest
  @CsvSource({
    "10.42.3.4, CLUSTER",
    "192.168.1.1, CLUSTER",
    "192.168.1.7, CLUSTER", // our own word weighs more than a peer's
    "192.168.2.1, OTHER",
    "10.52.1.1, PEER",
    "10.99.0.1, REFUSED", // a peer's, but not allowed to ask
    "8.8.8.8, REFUSED",
    "fd00::1, REFUSED",
    "127.0.0.1, OTHER", // loopback sees what a peer gets, whatever is declared
    "::1, OTHER",
    "127.0.0.2, CLUSTER",
  })
  void anAddressHasOneStanding(String address, Standing standing) {
    assertThat(standing(POLICY, address)).isEqualTo(standing);
  }

  @Test
  void nobodyIsRefusedByName() {
    assertThat(standing(ClientPolicy.nobody(), "127.0.0.1")).isEqualTo(Standing.REFUSED);
    assertThat(standing(ClientPolicy.nobody(), "::1")).isEqualTo(Standing.REFUSED);
  }
}
