package io.regionbridge.api.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.loop.LoopHealth;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLoopsTest {
  @Test
  void oneThatHasNotRunItsTaskForLongIsNamed() {
    List<LoopHealth> health =
        EventLoops.health(List.of(Duration.ofMillis(900), Duration.ofSeconds(6)));
    assertThat(health).extracting(LoopHealth::name).containsExactly("dns-0", "dns-1");
    assertThat(health).extracting(LoopHealth::good).containsExactly(true, false);
    assertThat(health.getLast().problem()).isEqualTo("it has run nothing for 6 s");
  }
}
