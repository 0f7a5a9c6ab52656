package io.regionbridge.router.border;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.net.Cidr;
import io.regionbridge.router.net.IpLiteral;
import io.regionbridge.router.net.Parsed;
import io.regionbridge.router.net.RegionDomain;
import io.regionbridge.router.net.SocketLiteral;
import io.regionbridge.router.topology.Conflict;
import io.regionbridge.router.topology.Identity;
import io.regionbridge.router.topology.PeerClaim;
import io.regionbridge.router.topology.PeerRegion;
import io.regionbridge.router.topology.PeerSource;
import io.regionbridge.router.topology.Refusal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BorderTest {
  static final BorderRules RULES =
      new BorderRules(
          "fsn1",
          Supernets.DEFAULT,
          Set.of("cluster.local", "k8s.corp.example"),
          Set.of("stub.example", "mine.internal"),
          Set.of(socket("192.0.2.1:1053"), socket("100.99.0.1:1053")),
          Set.of(InetAddress.ofLiteral("192.0.2.100")));

  private long now;
  private final Border border = new Border(() -> now += Border.TOGETHER_MILLIS);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com",
        "arpa",
        "local",
        "cluster.local",
        "svc.cluster.local",
        "a.local",
        "10.in-addr.arpa",
        "a..b",
        "-a.b",
        "a.b-",
        "a_b.c",
        "a b.c",
        ".",
        "",
        "a.b..",
        "10.0.0.1",
        "10.0.0.1.",
        "mn.5",
        "1.0x7F",
        "a.0x"
      })
  void noRegionHasSuchADomain(String text) {
    assertThat(RegionDomain.parse(text)).isInstanceOf(Parsed.Invalid.class);
  }

  @Test
  void aDomainLeavesRoomForNames() {
    String longest = ("a".repeat(49) + ".").repeat(3) + "b".repeat(50);
    assertThat(longest).hasSize(RegionDomain.MOST_OCTETS);
    assertThat(RegionDomain.parse(longest)).isInstanceOf(Parsed.Valid.class);
    assertThat(RegionDomain.parse("a" + longest)).isInstanceOf(Parsed.Invalid.class);
    assertThat(RegionDomain.parse("MN.Internal."))
        .isEqualTo(Parsed.valid(new RegionDomain("mn.internal")));
  }

  @ParameterizedTest
  @CsvSource({
    "corp.example, k8s.corp.example",
    "k8s.corp.example, k8s.corp.example",
    "x.k8s.corp.example, k8s.corp.example",
    "x.stub.example, stub.example",
    "stub.example, stub.example",
  })
  void aDomainOfTheClusterOrOfSomebodyElsesBlockIsLeftOutWhoeverSaysIt(
      String domain, String named) {
    for (PeerSource source : PeerSource.values()) {
      Admitted admitted = admit(claim(source, "mn").domain(domain).pods("10.52.0.0/16"));
      assertThat(admitted.claims())
          .singleElement()
          .satisfies(claim -> {
            assertThat(claim.domain()).isEmpty();
            assertThat(claim.podCidrs()).containsExactly(Cidr.of("10.52.0.0/16"));
          });
      assertThat(admitted.refusals())
          .singleElement()
          .asString()
          .contains("region mn", source.words(), domain, named);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PEER_API_SERVER", "OVERLAY"})
  void aPeerItselfMayOnlySayTheUsualDomain(PeerSource source) {
    Admitted admitted = admit(claim(source, "mn").domain("other.example").pods("10.52.0.0/16"));
    assertThat(admitted.claims())
        .singleElement()
        .satisfies(claim -> assertThat(claim.domain()).isEmpty());
    assertThat(admitted.refusals()).singleElement().asString().contains("other.example");

    Admitted declared =
        admit(
            claim(PeerSource.REGION_OBJECT, "mn").domain("other.example"),
            claim(source, "mn").domain("other.example").pods("10.52.0.0/16"));
    assertThat(declared.refusals()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.0/24",
        "140.82.112.0/20",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "0.0.0.0/0",
        "::/0",
        "224.0.0.0/4",
        "2001:db8::/32",
        "10.0.0.0/7"
      })
  void aRangeOutsideTheSupernetsIsLeftOutUnlessTheConfigurationNamesIt(String range) {
    for (PeerSource source : PeerSource.values()) {
      Admitted admitted =
          new Border()
              .admit(
                  List.of(claim(source, "mn").pods("10.52.0.0/16", range).build()),
                  RULES,
                  Map.of());
      boolean configured = source == PeerSource.CONFIGURATION && !range.endsWith("/0");
      assertThat(admitted.claims().getFirst().podCidrs()).hasSize(configured ? 2 : 1);
      assertThat(admitted.refusals()).hasSize(configured ? 0 : 1);
      assertThat(admitted.refusals())
          .allSatisfy(refusal -> assertThat(refusal.toString()).contains(range));
    }
  }

  @Test
  void sixtyFourRangesAndSixteenGatewaysOfAPeerCount() {
    String[] ranges =
        IntStream.range(0, 1024)
            .mapToObj(i -> "10.%d.%d.0/25".formatted(64 + i / 256, i % 256))
            .toArray(String[]::new);
    String[] gateways =
        IntStream.range(1, 40)
            .mapToObj(i -> "192.0.2.%d:53".formatted(100 + i))
            .toArray(String[]::new);
    Admitted admitted =
        admit(claim(PeerSource.REGION_OBJECT, "evil").pods(ranges).gateways(gateways));
    assertThat(admitted.claims().getFirst().podCidrs()).hasSize(64);
    assertThat(admitted.claims().getFirst().gateways()).hasSize(16);
    assertThat(admitted.refusals())
        .map(Refusal::what)
        .containsExactly(
            "too many ranges: the first 64 count, 960 are left out",
            "too many gateways: the first 16 count, 23 are left out");
  }

  @Test
  void theRangesOfAllGatewaysOfARegionAreCountedTogether() {
    List<PeerClaim> claims = new ArrayList<>();
    for (int gateway = 0; gateway < 4; gateway++) {
      ClaimBuilder said = claim(PeerSource.PEER_API_SERVER, "mn");
      for (int i = 0; i < 40; i++) {
        said.pods("10.%d.%d.0/24".formatted(gateway, i));
      }
      claims.add(said.build());
    }
    Admitted admitted = border.admit(claims, RULES, Map.of());
    assertThat(admitted.claims().stream().mapToInt(claim -> claim.podCidrs().size()).sum())
        .isEqualTo(64);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:53",
        "[::1]:53",
        "169.254.169.254:80",
        "255.255.255.255:53",
        "240.0.0.1:53",
        "0.1.2.3:53",
        "[2002:7f00:1::1]:53",
        "[fe80::1]:53",
        "0.0.0.0:53",
        "224.0.0.1:53",
        "192.0.2.1:53",
        "100.99.0.1:1053",
        "192.0.2.100:6443"
      })
  void aGatewayThatIsNoPeersIsLeftOut(String gateway) {
    for (PeerSource source : Set.of(PeerSource.REGION_OBJECT, PeerSource.PEER_API_SERVER)) {
      Admitted admitted =
          admit(claim(source, "mn").pods("10.52.0.0/16").gateways(gateway, "100.99.0.7:1053"));
      assertThat(admitted.claims().getFirst().gateways())
          .extracting(PeerRegion.Gateway::address)
          .containsExactly(socket("100.99.0.7:1053"));
      assertThat(admitted.refusals())
          .singleElement()
          .asString()
          .contains(IpLiteral.format(socket(gateway).getAddress()));
    }
  }

  @Test
  void onAMachineWithSeveralRegionsTheirGatewaysAreOnLoopback() {
    BorderRules here =
        BorderRules.standalone("fsn1", Supernets.DEFAULT, Set.of(socket("127.0.0.1:1053")));
    Admitted admitted =
        border.admit(
            List.of(
                claim(PeerSource.REGION_OBJECT, "mn")
                    .gateways("127.0.0.11:1053", "127.0.0.1:1053")
                    .build()),
            here,
            Map.of());
    assertThat(admitted.claims().getFirst().gateways())
        .extracting(PeerRegion.Gateway::address)
        .containsExactly(socket("127.0.0.11:1053"));
  }

  @Test
  void aNewcomerTakesNeitherDomainNorRangeNorGateway() {
    ClaimBuilder mn =
        claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").gateways("100.99.0.7:1053").key("k");
    assertThat(admit(mn).refusals()).isEmpty();
    Admitted admitted =
        admit(
            mn,
            claim(PeerSource.OVERLAY, "aaa")
                .pods("10.52.7.0/24", "10.66.0.0/16")
                .gateways("100.99.0.7:1053")
                .key("e"));
    assertThat(of(admitted, "mn").getFirst().podCidrs()).containsExactly(Cidr.of("10.52.0.0/16"));
    assertThat(of(admitted, "aaa").getFirst().podCidrs()).containsExactly(Cidr.of("10.66.0.0/16"));
    assertThat(of(admitted, "aaa").getFirst().gateways()).isEmpty();
    assertThat(admitted.conflicts())
        .containsExactly(
            new Conflict.Held("aaa", Cidr.of("10.52.7.0/24"), "mn", Cidr.of("10.52.0.0/16")));
    assertThat(admitted.conflicts().getFirst().concerns("mn")).isFalse();
  }

  @Test
  void whoIsSilentKeepsWhatItHasAndWhoIsDeclaredNoLongerDoesNot() {
    ClaimBuilder mn = claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").key("k");
    ClaimBuilder hel1 = claim(PeerSource.REGION_OBJECT, "hel1").pods("10.60.0.0/16");
    admit(mn, hel1);
    admit();
    Admitted admitted =
        admit(claim(PeerSource.OVERLAY, "aaa").pods("10.52.0.0/16", "10.60.0.0/16").key("e"));
    assertThat(of(admitted, "aaa").getFirst().podCidrs()).containsExactly(Cidr.of("10.60.0.0/16"));
  }

  @Test
  void aDeclarationTakesWhatWasOnlyHeardOf() {
    admit(claim(PeerSource.OVERLAY, "aaa").pods("10.52.0.0/16").key("e"));
    Admitted admitted =
        admit(
            claim(PeerSource.OVERLAY, "aaa").pods("10.52.0.0/16").key("e"),
            claim(PeerSource.REGION_OBJECT, "mn").domain("aaa.internal").pods("10.52.0.0/16"));
    assertThat(of(admitted, "aaa")).isEmpty();
    assertThat(of(admitted, "mn").getFirst().podCidrs()).containsExactly(Cidr.of("10.52.0.0/16"));
    assertThat(admitted.conflicts())
        .contains(new Conflict.Domains("aaa", "aaa.internal", "mn", "aaa.internal"));
  }

  @Test
  void ofTwoObjectsTheOlderOneHasTheRangeAndOfTwoOfOneMomentNeitherIsLeftOut() {
    Instant earlier = Instant.parse("2026-01-01T00:00:00Z");
    ClaimBuilder one = claim(PeerSource.REGION_OBJECT, "aa").pods("10.52.0.0/16");
    ClaimBuilder two = claim(PeerSource.REGION_OBJECT, "bb").pods("10.52.0.0/16");
    Admitted older = admit(one.since(earlier.plusSeconds(1)), two.since(earlier));
    assertThat(of(older, "aa").getFirst().podCidrs()).isEmpty();
    Admitted same =
        new Border()
            .admit(
                List.of(one.since(earlier).build(), two.since(earlier).build()), RULES, Map.of());
    assertThat(same.conflicts()).isEmpty();
    assertThat(same.claims()).allSatisfy(claim -> assertThat(claim.podCidrs()).hasSize(1));
  }

  @Test
  void anotherKeySpeaksForARegionOnlyIfItIsDeclaredOrKnownToTheRegion() {
    ClaimBuilder first =
        claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").key("one", "100.99.0.7");
    assertThat(admit(first).identities()).containsEntry("mn", Set.of("one"));
    ClaimBuilder other =
        claim(PeerSource.OVERLAY, "mn").pods("10.66.0.0/16").key("two", "100.99.0.8");
    Admitted refused = admit(first, other);
    assertThat(refused.claims()).hasSize(1);
    assertThat(refused.refusals())
        .singleElement()
        .asString()
        .contains("100.99.0.8", "two", "overlayKeys");
    assertThat(admit(other).claims()).as("even while the first is silent").isEmpty();

    assertThat(admit(first.naming("100.99.0.8"), other).claims()).hasSize(2);
    assertThat(admit(other).claims()).as("it was called a gateway of the region").hasSize(1);
  }

  @Test
  void aDeclarationOfKeysCountsInsteadOfWhoCameFirst() {
    ClaimBuilder first = claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").key("one");
    ClaimBuilder other = claim(PeerSource.OVERLAY, "mn").pods("10.66.0.0/16").key("two");
    admit(first);
    Admitted admitted = admit(claim(PeerSource.REGION_OBJECT, "mn").keys("two"), first, other);
    assertThat(admitted.claims())
        .extracting(PeerClaim::podCidrs)
        .contains(List.of(Cidr.of("10.66.0.0/16")))
        .doesNotContain(List.of(Cidr.of("10.52.0.0/16")));
    assertThat(admitted.identities()).containsEntry("mn", Set.of("two"));
  }

  @Test
  void aRestartKnowsTheKeysThatWereWrittenDown() {
    Admitted admitted =
        border.admit(
            List.of(
                claim(PeerSource.REGION_OBJECT, "mn").build(),
                claim(PeerSource.OVERLAY, "mn").pods("10.66.0.0/16").key("two").build()),
            RULES,
            Map.of("mn", new Remembered(Set.of("one"), Set.of())));
    assertThat(admitted.claims()).hasSize(1);
    assertThat(admitted.identities()).containsEntry("mn", Set.of("one"));
  }

  @Test
  void aRestartKnowsWhoHadARange() {
    Map<String, Remembered> written =
        Map.of("mn", new Remembered(Set.of(), Set.of(Cidr.of("10.52.0.0/16"))));
    Admitted admitted =
        border.admit(
            List.of(
                claim(PeerSource.PEER_API_SERVER, "aaa").pods("10.52.0.0/16").build(),
                claim(PeerSource.PEER_API_SERVER, "mn").pods("10.52.0.0/16").build()),
            RULES,
            written);
    assertThat(of(admitted, "aaa").getFirst().podCidrs()).isEmpty();
    assertThat(of(admitted, "mn").getFirst().podCidrs()).hasSize(1);
  }

  @Test
  void aRestartKnowsWhoSpokeForARegionThatNobodyDeclares() {
    ClaimBuilder honest =
        claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").key("one", "100.99.0.7");
    ClaimBuilder evil =
        claim(PeerSource.OVERLAY, "mn").pods("10.66.0.0/16").key("two", "100.99.0.8");
    Map<String, Remembered> written = admit(honest).undeclared();
    assertThat(written)
        .containsExactly(
            Map.entry("mn", new Remembered(Set.of("one"), Set.of(Cidr.of("10.52.0.0/16")), true)));

    Admitted restarted = new Border().admit(List.of(evil.build()), RULES, written);
    assertThat(restarted.claims()).isEmpty();
    assertThat(restarted.refusals()).singleElement().asString().contains("mn", "two");
    assertThat(restarted.undeclared()).as("while it is silent").isEqualTo(written);
    assertThat(new Border().admit(List.of(evil.build(), honest.build()), RULES, written).claims())
        .containsExactly(honest.build());

    ClaimBuilder other = claim(PeerSource.OVERLAY, "aaa").pods("10.52.0.0/17").key("two");
    Admitted taken = new Border().admit(List.of(other.build()), RULES, written);
    assertThat(taken.claims()).as("its range is not free while it is silent").isEmpty();
    assertThat(taken.conflicts()).singleElement().asString().contains("aaa", "mn");
  }

  @Test
  void aRegionThatTakesAnotherNameKeepsItsRange() {
    Map<String, Remembered> written =
        admit(claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").key("one")).undeclared();
    ClaimBuilder renamed = claim(PeerSource.OVERLAY, "ulm").pods("10.52.0.0/16").key("one");
    for (Border either : List.of(border, new Border())) {
      Admitted admitted = either.admit(List.of(renamed.build()), RULES, written);
      assertThat(admitted.claims()).containsExactly(renamed.build());
      assertThat(admitted.conflicts()).isEmpty();
      assertThat(admitted.undeclared()).containsOnlyKeys("ulm");
    }
  }

  @Test
  void aDeclaredRegionHasItsKeysInItsOwnObject() {
    ClaimBuilder declared = claim(PeerSource.REGION_OBJECT, "mn");
    ClaimBuilder spoken =
        claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").key("one", "100.99.0.7");
    assertThat(admit(spoken).undeclared()).containsOnlyKeys("mn");
    Admitted admitted = admit(declared, spoken);
    assertThat(admitted.undeclared()).isEmpty();
    assertThat(admitted.identities()).containsEntry("mn", Set.of("one"));
    Map<String, Remembered> stale = Map.of("mn", new Remembered(Set.of("one"), Set.of(), true));
    assertThat(
            new Border()
                .admit(List.of(claim(PeerSource.CONFIGURATION, "mn").build()), RULES, stale)
                .undeclared())
        .as("what another node wrote before the region was declared")
        .isEmpty();
  }

  @Test
  void whatIsWrittenDownIsBounded() {
    for (int i = 0; i < 3; i++) {
      int from = i * Border.MOST_UNDECLARED;
      ClaimBuilder[] many =
          IntStream.range(from, from + Border.MOST_UNDECLARED)
              .mapToObj(n ->
                  claim(PeerSource.OVERLAY, "r" + n)
                      .pods("10.%d.%d.0/24".formatted(n / 250, n % 250))
                      .key("k" + n))
              .toArray(ClaimBuilder[]::new);
      assertThat(admit(many).undeclared()).hasSize(Border.MOST_UNDECLARED);
    }
  }

  @Test
  void onlyDeclaredGatewaysSpeakForARegionThatDeclaresThem() {
    ClaimBuilder declared = claim(PeerSource.CONFIGURATION, "mn").gateways("100.99.0.7:1053");
    ClaimBuilder evil =
        claim(PeerSource.OVERLAY, "mn").pods("10.66.0.0/16").key("e", "100.99.0.66");
    ClaimBuilder honest =
        claim(PeerSource.OVERLAY, "mn").pods("10.52.0.0/16").key("k", "100.99.0.7");
    assertThat(admit(declared, evil).claims()).hasSize(1);
    assertThat(admit(declared, evil, honest).claims())
        .extracting(PeerClaim::podCidrs)
        .contains(List.of(Cidr.of("10.52.0.0/16")))
        .doesNotContain(List.of(Cidr.of("10.66.0.0/16")));
  }

  @Test
  void moreRegionsThanAnybodyHasAreNotBelieved() {
    ClaimBuilder[] many =
        IntStream.range(0, 100)
            .mapToObj(i ->
                claim(PeerSource.OVERLAY, "r" + i).pods("10.%d.0.0/16".formatted(i)).key("k" + i))
            .toArray(ClaimBuilder[]::new);
    Admitted admitted = admit(many);
    assertThat(admitted.claims()).hasSize(Border.MOST_UNDECLARED);
    assertThat(admitted.refusals()).hasSize(100 - Border.MOST_UNDECLARED);
    assertThat(admit(many).claims()).isEqualTo(admitted.claims());
  }

  @Test
  void aNameThatIsNoLabelIsNoRegion() {
    Admitted admitted = admit(claim(PeerSource.REGION_OBJECT, "a.b").pods("10.52.0.0/16"));
    assertThat(admitted.claims()).isEmpty();
    assertThat(admitted.refusals()).singleElement().asString().contains("a.b");
    assertThat(admit(claim(PeerSource.OVERLAY, "fsn1").pods("10.52.0.0/16").key("k")).claims())
        .as("whoever claims to be this region")
        .isEmpty();
  }

  private Admitted admit(ClaimBuilder... said) {
    return border.admit(Stream.of(said).map(ClaimBuilder::build).toList(), RULES, Map.of());
  }

  static List<PeerClaim> of(Admitted admitted, String region) {
    return admitted.claims().stream().filter(claim -> claim.name().equals(region)).toList();
  }

  static InetSocketAddress socket(String text) {
    return SocketLiteral.parse(text, 1053) instanceof Parsed.Valid(var address)
        ? address
        : new InetSocketAddress(0);
  }

  static ClaimBuilder claim(PeerSource source, String name) {
    return new ClaimBuilder(source, name);
  }

  /** A claim in the making. */
  static final class ClaimBuilder {
    private final PeerSource source;
    private final String name;
    private Optional<RegionDomain> domain = Optional.empty();
    private final List<Cidr> pods = new ArrayList<>();
    private final List<PeerRegion.Gateway> gateways = new ArrayList<>();
    private Identity identity = Identity.NONE;
    private Instant since = Instant.EPOCH;

    private ClaimBuilder(PeerSource source, String name) {
      this.source = source;
      this.name = name;
    }

    ClaimBuilder domain(String text) {
      domain = Optional.of(new RegionDomain(text));
      return this;
    }

    ClaimBuilder pods(String... ranges) {
      Stream.of(ranges).map(Cidr::of).forEach(pods::add);
      return this;
    }

    ClaimBuilder gateways(String... sockets) {
      Stream.of(sockets)
          .map(BorderTest::socket)
          .forEach(at -> gateways.add(new PeerRegion.Gateway(at, Optional.empty())));
      return this;
    }

    ClaimBuilder key(String key) {
      return key(key, "100.99.9.9");
    }

    ClaimBuilder key(String key, String address) {
      identity =
          new Identity(
              Optional.of(new Identity.KeyHolder(key, InetAddress.ofLiteral(address))),
              Set.of(),
              Set.of());
      return this;
    }

    ClaimBuilder keys(String... declared) {
      identity = Identity.declared(Set.of(declared));
      return this;
    }

    ClaimBuilder naming(String address) {
      identity =
          new Identity(
              identity.announcer(), identity.keys(), Set.of(InetAddress.ofLiteral(address)));
      return this;
    }

    ClaimBuilder since(Instant created) {
      since = created;
      return this;
    }

    PeerClaim build() {
      return new PeerClaim(
          source,
          name,
          domain,
          pods,
          List.of(),
          gateways,
          Optional.empty(),
          List.of(),
          identity,
          since);
    }
  }
}
