package io.regionbridge.router.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OverlayAddressesTest {
  @ParameterizedTest(name = "an interface in {0} is on an overlay of {1}")
  @CsvSource({
    "'', 100.64.0.0/10",
    "100.92.0.0/16, 100.92.0.0/16",
    "100.101.1.1/32, 100.64.0.0/10",
    "10.9.0.0/24, 10.9.0.0/24",
    "10.9.0.0/24 fd00:9::/64, 10.9.0.0/24 fd00:9::/64",
    "100.64.0.0/10 fd7a::/48, 100.64.0.0/10 fd7a::/48",
    "10.9.0.1/32, 10.9.0.1/32",
    "fd7a:115c:a1e0::9/128, fd7a:115c:a1e0::/48",
    "100.101.1.1/32 fd7a:115c:a1e0::9/128, 100.64.0.0/10 fd7a:115c:a1e0::/48",
  })
  void overlayRangesAreItsNetworksAndTheUsualOneForAnAddressAlone(String networks, String all) {
    assertThat(new OverlayAddresses(Optional.of("wt0"), List.of(), cidrs(networks)).ranges())
        .containsExactlyInAnyOrderElementsOf(cidrs(all));
  }

  private static List<Cidr> cidrs(String texts) {
    return Arrays.stream(texts.split(" ", -1)).filter(t -> !t.isEmpty()).map(Cidr::of).toList();
  }
}
