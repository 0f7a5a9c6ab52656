package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.topology.PeerClaim;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClaimMemoryTest {
  private static final InetAddress ONE = InetAddress.ofLiteral("100.64.0.1");
  private static final PeerClaim CLAIM =
      RegionAnnouncement.parse("{\"name\":\"mn\",\"podCIDRs\":[\"10.52.0.0/16\"]}")
          .orElseThrow()
          .claim(
              new OverlayView.Peer("key", ONE, List.of(Cidr.of("10.52.0.0/16")), true),
              Map.of(),
              1053)
          .orElseThrow();

  private final ClaimMemory memory = new ClaimMemory();

  @Test
  void aRangeThatIsMovedIsNotMissedMeanwhile() {
    assertThat(memory.of(ONE, Optional.empty(), false, 0)).as("never had one").isEmpty();
    memory.of(ONE, Optional.of(CLAIM), false, 1);
    long end = 1 + ClaimMemory.GRACE.toNanos();
    assertThat(memory.of(ONE, Optional.empty(), false, end - 1)).contains(CLAIM);
    assertThat(memory.of(ONE, Optional.empty(), false, end)).isEmpty();
  }

  @Test
  void aNodeThatHearsNobodyKeepsWhatItKnew() {
    long later = 100 * ClaimMemory.GRACE.toNanos();
    assertThat(memory.of(ONE, Optional.empty(), true, 0)).as("never had one").isEmpty();
    memory.of(ONE, Optional.of(CLAIM), false, 1);
    assertThat(memory.of(ONE, Optional.empty(), true, later)).contains(CLAIM);
    assertThat(memory.of(ONE, Optional.empty(), false, later)).isEmpty();
  }

  @Test
  void aPeerThatTheDeviceDoesNotHaveKeepsNothing() {
    memory.of(ONE, Optional.of(CLAIM), false, 1);
    memory.retain(Set.of());
    assertThat(memory.of(ONE, Optional.empty(), true, 2)).isEmpty();
  }
}
