package io.regionbridge.router.peers;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.regionbridge.router.discovery.RegionFacts;
import io.regionbridge.router.kubernetes.RegionSpec;
import io.regionbridge.router.net.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DeclaredRegionsTest {
  private final DeclaredRegions declared = new DeclaredRegions();

  @Test
  void goesOnWithWhatAnObjectSaidWhileItMadeSense() {
    assertThat(ranges(region("one", "10.52.0.0/16", "192.0.2.1")))
        .containsExactly(Cidr.of("10.52.0.0/16"));
    RegionClaims.Reading broken = read(region("one", "10.52.0.0/99", "192.0.2.2"));
    assertThat(broken.claim().podCidrs()).containsExactly(Cidr.of("10.52.0.0/16"));
    assertThat(broken.claim().gateways())
        .as("all of it is as it was, not only what is wrong")
        .extracting(gateway -> gateway.address().getAddress().getHostAddress())
        .containsExactly("192.0.2.1");
    assertThat(broken.problems())
        .singleElement()
        .asString()
        .startsWith("spec.podCIDRs[0]: 10.52.0.0/99: the prefix length");
    assertThat(ranges(region("one", "10.53.0.0/16", "192.0.2.1")))
        .containsExactly(Cidr.of("10.53.0.0/16"));
  }

  @Test
  void takesWhatMakesSenseOfOneThatNeverDid() {
    RegionClaims.Reading reading = read(region("one", "10.52.0.0/16", "192.0.2.1:0"));
    assertThat(reading.claim().podCidrs()).containsExactly(Cidr.of("10.52.0.0/16"));
    assertThat(reading.claim().gateways()).isEmpty();
    assertThat(reading.problems())
        .singleElement()
        .asString()
        .startsWith("spec.gateways[0]: 192.0.2.1:0: ");
  }

  @Test
  void remembersNothingOfAnObjectThatIsGone() {
    declared.look(List.of(region("one", "10.52.0.0/16", "192.0.2.1")));
    assertThat(ranges(region("made anew", "10.52.0.0/99", "192.0.2.1"))).isEmpty();
    declared.look(List.of());
    assertThat(ranges(region("one", "10.52.0.0/99", "192.0.2.1"))).isEmpty();
  }

  @Test
  void namesTheObject() {
    RegionFacts good = region("one", "10.52.0.0/16", "192.0.2.1");
    assertThat(DeclaredRegions.flaws(declared.look(List.of(good)))).isEmpty();
    RegionFacts bad = region("one", "10.52.0.1/16", "192.0.2.1");
    assertThat(DeclaredRegions.flaws(declared.look(List.of(bad))))
        .singleElement(as(STRING))
        .startsWith("Region mn: spec.podCIDRs[0]: 10.52.0.1/16: ");
  }

  private RegionClaims.Reading read(RegionFacts region) {
    return Objects.requireNonNull(declared.look(List.of(region)).get(region));
  }

  private List<Cidr> ranges(RegionFacts region) {
    return read(region).claim().podCidrs();
  }

  private static RegionFacts region(String uid, String range, String gateway) {
    return new RegionFacts(
        "mn",
        uid,
        1,
        new RegionSpec(null, List.of(range), null, List.of(gateway), null, null, null),
        Optional.empty(),
        Set.of(),
        Set.of(),
        Instant.EPOCH,
        List.of());
  }
}
