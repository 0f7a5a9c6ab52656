package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.settings.RegionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingsTest {
  @Test
  void asksAGatewayThatIsListedTwiceAsOne() {
    assertThat(regions("regions: [{name: mn, gateways: [10.0.0.1, '10.0.0.1:1053']}]").peers())
        .singleElement()
        .satisfies(peer ->
            assertThat(peer.gateways())
                .extracting(SocketLiteral::format)
                .containsExactly("10.0.0.1:1053"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "address: 100.99.0.1/24                                    | 100.99.0.1",
        "nodes: [{name: a, address: 100.99.0.3/24}]                | 100.99.0.3",
        "nodes: [{name: b, address: 100.99.0.4/24}]                | ''",
        "nodes: []                                                 | ''",
      })
  void hasTheAddressOfItsNode(String overlay, String address) {
    assertThat(
            regions("overlay: {mode: manage, " + overlay + "}")
                .overlay()
                .own("a")
                .map(own -> IpLiteral.format(own.address()))
                .orElse(""))
        .isEqualTo(address);
  }

  private static RegionSettings regions(String yaml) {
    return Settings.regions(Configs.of(yaml), 1 << 20);
  }
}
