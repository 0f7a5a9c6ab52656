package io.regionbridge.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.AliasRanges;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopologyTest {
  private static final LocalRegion.Ranges NONE =
      new LocalRegion.Ranges(List.of(), LocalRegion.Origin.NONE);
  private static final LocalRegion LOCAL =
      new LocalRegion(
          "fsn1",
          "fsn1.internal",
          NONE,
          NONE,
          List.of(),
          Optional.empty(),
          List.of(),
          false,
          LocalRegion.CLUSTER_DOMAINS,
          AliasRanges.NONE);

  @Test
  void withoutPeersNoDomainIsKnown() {
    assertThat(topology(List.of()).knowsDomainOfAPeer()).isFalse();
  }

  @Test
  void aPeerOnTheOverlayWhoseDomainIsRefusedMayHaveThatDomain() {
    PeerRegion found = peer("mn", PeerSource.OVERLAY);
    assertThat(topology(List.of(found)).knowsDomainOfAPeer()).isTrue();
    assertThat(topology(List.of(found), "mn").knowsDomainOfAPeer()).isFalse();
    assertThat(
            topology(List.of(found, peer("hel1", PeerSource.OVERLAY)), "mn").knowsDomainOfAPeer())
        .isTrue();
  }

  @Test
  void aDeclaredDomainIsCertain() {
    PeerRegion declared = peer("mn", PeerSource.CONFIGURATION, PeerSource.OVERLAY);
    assertThat(topology(List.of(declared), "mn").knowsDomainOfAPeer()).isTrue();
  }

  private static PeerRegion peer(String name, PeerSource... sources) {
    return new PeerRegion(
        name,
        name + ".internal",
        List.of(),
        List.of(),
        List.of(),
        true,
        Set.of(sources),
        List.of());
  }

  private static Topology topology(List<PeerRegion> peers, String... refused) {
    return new Topology(
        LOCAL,
        peers,
        List.of(),
        false,
        List.of(refused).stream()
            .map(name ->
                new Refusal(name, PeerSource.OVERLAY, Refusal.Field.DOMAIN, "domain lab.internal"))
            .toList());
  }
}
