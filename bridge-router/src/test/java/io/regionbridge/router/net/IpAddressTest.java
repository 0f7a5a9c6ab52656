package io.regionbridge.router.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.42.0.7",
        "192.168.255.1",
        "255.255.255.255",
        "::",
        "::1",
        "fd00:42::7",
        "2001:db8:1:2:3:4:5:6",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
      })
  void roundTripsThroughTextOctetsAndTheTypeOfTheJdk(String text) {
    IpAddress address = IpAddress.of(text);

    assertThat(address).hasToString(text);
    assertThat(address.octets()).isEqualTo(address.toInetAddress().getAddress());
    assertThat(IpAddress.of(address.toInetAddress())).isEqualTo(address);
    assertThat(address.isIpv6()).isEqualTo(text.contains(":"));
  }

  @Test
  void sortsIpv4BeforeIpv6AndEachByUnsignedNumber() {
    List<String> sorted =
        List.of("1.2.3.4", "9.0.0.1", "10.0.0.1", "200.0.0.1", "::1", "1::", "ff00::", "ff00::1");

    Stream<String> actual =
        sorted.reversed().stream().map(IpAddress::of).sorted().map(Object::toString);

    assertThat(actual).containsExactlyElementsOf(sorted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.1.1", "010.1.1.1", "1.2.3.4.5", "fe80::1%eth0", "[::1]", "host"})
  void refusesWhatIsNotAnAddress(String text) {
    assertThat(IpAddress.parse(text)).isEmpty();
    assertThatThrownBy(() -> IpAddress.of(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
