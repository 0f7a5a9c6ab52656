package io.regionbridge.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.AliasRange;
import io.regionbridge.router.net.AliasRanges;
import io.regionbridge.router.net.Cidr;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AliasAdviceTest {
  private static final String BOTH =
      "to mend it, set region.aliasRanges: [{range: 10.42.0.0/16, alias: 10.142.0.0/16}, {range:"
          + " 10.43.0.0/16, alias: 10.143.0.0/16}] in the configuration of region fsn1%s, and"
          + " region.aliasRanges: [{range: 10.42.0.0/16, alias: 10.144.0.0/16}, {range:"
          + " 10.43.0.0/16, alias: 10.145.0.0/16}] in the configuration of region mn%s";

  @Test
  void twoRegionsThatOverlapAreToldTheSameOnBothSides() {
    Topology atFsn1 =
        topology("fsn1", AliasRanges.NONE, claim("mn", "10.42.0.0/16", "10.43.0.0/16"));
    Topology atMn = topology("mn", AliasRanges.NONE, claim("fsn1", "10.42.0.0/16", "10.43.0.0/16"));
    assertThat(atFsn1.dispute()).endsWith("; " + BOTH.formatted(", this one", ""));
    assertThat(atMn.dispute()).endsWith("; " + BOTH.formatted("", ", this one"));
    assertThat(atMn.disputeOf("other")).isEmpty();
  }

  @Test
  void aRegionThatHasAnAliasIsAskedForNoOther() {
    AliasRanges aliases =
        new AliasRanges(
            List.of(
                new AliasRange(Cidr.of("10.42.0.0/16"), Cidr.of("10.142.0.0/16")),
                new AliasRange(Cidr.of("10.43.0.0/16"), Cidr.of("10.143.0.0/16"))));
    Topology topology = topology("fsn1", aliases, claim("mn", "10.42.0.0/16", "10.53.0.0/16"));
    assertThat(topology.dispute())
        .isEqualTo(
            "10.42.0.0/16 of region mn overlaps 10.42.0.0/16 of this region; to mend it, set"
                + " region.aliasRanges: [{range: 10.42.0.0/16, alias: 10.144.0.0/16}] in the"
                + " configuration of region mn");
    assertThat(topology("fsn1", aliases, claim("mn", "10.144.0.0/16", "")).dispute()).isEmpty();
    assertThat(topology("fsn1", aliases, claim("mn", "10.142.0.0/16", "")).dispute())
        .as("an alias is this region's as well")
        .startsWith("10.142.0.0/16 of region mn overlaps 10.142.0.0/16 of this region; to mend it,")
        .endsWith("in the configuration of region mn");
  }

  @Test
  void rangesOfNodesAreTakenTogether() {
    Topology topology =
        topology(
            "a", AliasRanges.NONE, claim("mn", "10.42.7.0/24 10.42.9.0/24 fd42:0:0:7::/64", ""));
    assertThat(topology.dispute())
        .contains("[{range: 10.42.0.0/16, alias: 10.143.0.0/16}] in the configuration of region mn")
        .doesNotContain("/24, alias");
  }

  @Test
  void whatIsTakenIsNotProposed() {
    Topology topology =
        topology(
            "a",
            AliasRanges.NONE,
            claim("mn", "10.42.0.0/16", ""),
            claim("x", "10.128.0.0/11", ""),
            claim("y", "192.168.0.0/16", ""));
    assertThat(topology.dispute())
        .contains("{range: 10.42.0.0/16, alias: 10.160.0.0/16}] in the configuration of region a,")
        .contains("{range: 10.42.0.0/16, alias: 10.161.0.0/16}] in the configuration of region mn");
  }

  @Test
  void noAliasIsProposedWhereNoneFits() {
    Topology topology = topology("a", AliasRanges.NONE, claim("mn", "10.0.0.0/8", ""));
    assertThat(topology.dispute())
        .isEqualTo(
            "10.0.0.0/8 of region mn overlaps 10.42.0.0/16 of this region; 10.0.0.0/8 of region mn"
                + " overlaps 10.43.0.0/16 of this region");
    Topology domains =
        new Topology(
            topology.local(),
            List.of(),
            List.of(new Conflict.Domains("b", "x.y", "a", "x.y")),
            true);
    assertThat(domains.dispute()).isEqualTo("domain x.y of region b clashes with x.y of region a");
  }

  private static Topology topology(String name, AliasRanges aliases, PeerClaim... claims) {
    return new TopologyBuilder(
            new TopologyBuilder.Settings(
                name,
                name + ".internal",
                cidrs("10.42.0.0/16"),
                cidrs("10.43.0.0/16"),
                aliases,
                cidrs("100.64.0.0/10")))
        .withoutCluster(List.of(claims));
  }

  private static PeerClaim claim(String name, String pods, String services) {
    return new PeerClaim(
        PeerSource.OVERLAY,
        name,
        Optional.empty(),
        cidrs(pods),
        cidrs(services),
        List.of(),
        Optional.empty(),
        List.of(),
        Identity.NONE);
  }

  private static List<Cidr> cidrs(String texts) {
    return Stream.of(texts.split(" ")).filter(text -> !text.isEmpty()).map(Cidr::of).toList();
  }
}
