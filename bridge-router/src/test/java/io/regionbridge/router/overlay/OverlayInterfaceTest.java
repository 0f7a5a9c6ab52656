package io.regionbridge.router.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OverlayInterfaceTest {
  @ParameterizedTest(name = "configured {0}, in use {1}, there are {2}: {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "-, '', wg0 tailscale0 eth0, tailscale0",
        "-, '', eth0, -",
        "-, wg0, wg0 wt0, wg0",
        "-, wg0, wt0, wt0",
        "nb1, '', wt0, nb1",
        "nb1, nb1, '', nb1",
      })
  void isTheNamedOneOrTheFirstUsualOneAndStays(
      @Nullable String configured, String inUse, String there, @Nullable String chosen) {
    Set<String> existing = Set.of(there.split(" ", -1));
    assertThat(OverlayInterface.choose(Optional.ofNullable(configured), inUse, existing::contains))
        .isEqualTo(Optional.ofNullable(chosen));
  }
}
