package io.regionbridge.router.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerEndpointTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:51820, 192.0.2.1:51820",
    "192.0.2.1:1, 192.0.2.1:1",
    "[2001:db8::1]:65535, [2001:db8::1]:65535",
    "[2001:DB8:0:0:0:0:0:1]:7, [2001:db8::1]:7",
    "[::]:51820, [::]:51820"
  })
  void readsNumericAddressesAndPrintsThemCanonically(String text, String canonical) {
    assertThat(PeerEndpoint.parse(text)).get().hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":51820",
        "192.0.2.1",
        "192.0.2.1:",
        "192.0.2.1:0",
        "192.0.2.1:65536",
        "192.0.2.1:+1",
        "192.0.2.1:51820 ",
        "192.0.2:51820",
        "localhost:51820",
        "[192.0.2.1]:51820",
        "2001:db8::1:51820",
        "[2001:db8::1]51820",
        "[2001:db8::1]",
        "[fe80::1%eth0]:51820"
      })
  void refusesNamesZonesAndBadPorts(String text) {
    assertThat(PeerEndpoint.parse(text)).isEmpty();
  }

  @Test
  void portZeroIsNoPort() {
    assertThatThrownBy(() -> new PeerEndpoint(InetAddress.getLoopbackAddress(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65535");
  }
}
