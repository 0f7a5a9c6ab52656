package io.regionbridge.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.wire.Query;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;

class ZoneTableTest {
  private static final ClientPolicy NOBODY = ClientPolicy.nobody();

  private static ForwardZone forward(String apex) {
    return forward("mn", apex, AddressSet.NONE, true, 53);
  }

  private static ForwardZone forward(
      String region, String apex, AddressSet addresses, boolean contain, int port) {
    return new ForwardZone(
        region,
        Records.name(apex),
        List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port)),
        new BelievedAddresses(addresses, contain, AddressSet.NONE));
  }

  private static LocalZone local(String apex) {
    return LocalZone.empty(Records.name(apex), null, Records.soa(apex, 5, 1, 5));
  }

  private static ZoneTable table(String... apexes) {
    return ZoneTable.empty()
        .next(
            List.of(local("fsn1.internal")),
            Arrays.stream(apexes).map(ZoneTableTest::forward).toList(),
            NOBODY);
  }

  private static @Nullable String route(ZoneTable table, String name) {
    Query query = new Query();
    byte[] packet = Packet.query(name, 1, 0).done();
    assertThat(query.parse(packet, packet.length)).isEqualTo(Query.Verdict.OK);
    return switch (table.route(query)) {
      case null -> null;
      case ZoneRoute.Local l -> l.zone().apex().toString(true);
      case ZoneRoute.Forward f -> f.zone().apex().toString(true);
      case ZoneRoute.Replica r -> r.zone().apex().toString(true);
    };
  }

  private static ZoneRoute.Forward forwardRoute(ZoneTable table) {
    return table.routes().stream()
        .filter(ZoneRoute.Forward.class::isInstance)
        .map(ZoneRoute.Forward.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "mn.internal, mn.internal",
    "a.mn.internal, mn.internal",
    "A.B.MN.Internal, mn.internal",
    "xmn.internal,",
    "internal,",
    ".,",
    "fsn1.internal, fsn1.internal",
    "a.fsn1.internal, fsn1.internal",
    "eu.mn.internal, eu.mn.internal",
    "a.eu.mn.internal, eu.mn.internal",
    "xeu.mn.internal, mn.internal",
    "1.2.52.10.in-addr.arpa, 52.10.in-addr.arpa",
    "53.10.in-addr.arpa,",
    "mn.internal.example.com,",
  })
  void theLongestApexAtALabelBoundaryWins(String name, @Nullable String apex) {
    ZoneTable table = table("mn.internal", "eu.mn.internal", "52.10.in-addr.arpa");
    assertThat(route(table, name)).isEqualTo(apex);
  }

  @Test
  void theRootAsAZoneTakesWhatIsLeft() {
    ZoneTable table = table(".", "mn.internal");
    assertThat(route(table, ".")).isEqualTo(".");
    assertThat(route(table, "example.com")).isEqualTo(".");
    assertThat(route(table, "a.mn.internal")).isEqualTo("mn.internal");
  }

  @Test
  void theEmptyTableRoutesNothing() {
    assertThat(route(ZoneTable.empty(), "mn.internal")).isNull();
  }

  @Test
  void aDeepReverseZoneIsFound() {
    String nibbles = "0.".repeat(30) + "2.5.d.f.ip6.arpa";
    ZoneTable table = table(nibbles);
    assertThat(route(table, nibbles)).isEqualTo(nibbles);
    assertThat(route(table, "1." + nibbles)).isEqualTo(nibbles);
    assertThat(route(table, nibbles.substring(2))).isNull();
  }

  @Test
  void randomTablesAgreeWithTheDefinition() {
    Random random = new Random(13);
    for (int round = 0; round < 200; round++) {
      List<String> apexes = new ArrayList<>();
      for (int n = random.nextInt(40); n > 0; n--) {
        String apex = name(random);
        if (!apexes.contains(apex) && !apex.equals("fsn1.internal")) {
          apexes.add(apex);
        }
      }
      ZoneTable table = table(apexes.toArray(String[]::new));
      for (int q = 0; q < 50; q++) {
        String name = name(random);
        Name asked = Records.name(name);
        String expected =
            apexes.stream()
                .filter(a -> asked.subdomain(Records.name(a)))
                .max((a, b) -> Records.name(a).labels() - Records.name(b).labels())
                .orElse(null);
        assertThat(route(table, name)).as("%s among %s", name, apexes).isEqualTo(expected);
      }
    }
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder("x");
    for (int labels = random.nextInt(5); labels > 0; labels--) {
      name.insert(0, "ab".charAt(random.nextInt(2)) + ".");
    }
    return name.toString();
  }

  @Test
  void twoZonesOfOneApexAreAMistakeOfTheCaller() {
    assertThatThrownBy(() -> table("mn.internal", "MN.internal"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two zones have the apex");
    assertThatThrownBy(() -> table("fsn1.internal")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anApexKeepsItsNumberAsLongAsTheProcessLives() {
    ZoneTable first = table("mn.internal", "hel1.internal");
    ZoneTable without = first.next(List.of(), List.of(forward("hel1.internal")), NOBODY);
    ZoneTable again =
        without.next(List.of(), List.of(forward("new.internal"), forward("mn.internal")), NOBODY);
    assertThat(again.zoneNames())
        .containsExactly("fsn1.internal", "mn.internal", "hel1.internal", "new.internal");
    for (ZoneTable table : List.of(first, without, again)) {
      for (ZoneRoute route : table.routes()) {
        assertThat(again.zoneNames().get(route.id()))
            .isEqualTo(
                switch (route) {
                  case ZoneRoute.Local l -> l.zone().apex().toString(true);
                  case ZoneRoute.Forward f -> f.zone().apex().toString(true);
                  case ZoneRoute.Replica r -> r.zone().apex().toString(true);
                });
      }
    }
  }

  private static AddressSet addresses(String address, int length) {
    return AddressSet.of(List.of(new Prefix(InetAddress.ofLiteral(address), length)));
  }

  /** Answers taken under other terms must not be given again. */
  @Test
  void theEpochChangesWithTheTermsOfTheAnswersAndWithNothingElse() {
    AddressSet range = addresses("10.52.0.0", 16);
    ZoneTable first = only(forward("mn", "mn.internal", range, true, 53), ZoneTable.empty());
    int epoch = forwardRoute(first).epoch();
    ZoneTable same = only(forward("mn", "MN.internal", range, true, 54), first);
    assertThat(forwardRoute(same).epoch()).as("other gateways").isEqualTo(epoch);
    for (ForwardZone changed :
        List.of(
            forward("other", "mn.internal", range, true, 53),
            forward("mn", "mn.internal", addresses("10.52.0.0", 17), true, 53),
            forward("mn", "mn.internal", range, false, 53))) {
      assertThat(forwardRoute(only(changed, same)).epoch()).isNotEqualTo(epoch);
    }
    ZoneTable gone = same.next(List.of(), List.of(), NOBODY);
    assertThat(forwardRoute(only(forward("mn", "mn.internal", range, true, 53), gone)).epoch())
        .as("gone in between")
        .isNotEqualTo(epoch);
  }

  @Test
  void aTableKnowsWhetherItLeadsWhereTheOneBeforeDid() {
    ForwardZone zone = forward("mn", "mn.internal", AddressSet.NONE, true, 53);
    ZoneTable first = only(zone, ZoneTable.empty());
    assertThat(first.leadsWhere(ZoneTable.empty())).isFalse();
    ZoneTable copied = only(zone.with(new ReplicaZone(local("mn.internal"), true)), first);
    assertThat(copied.leadsWhere(first)).as("another replica").isTrue();
    assertThat(only(zone, copied).leadsWhere(first)).as("and none").isTrue();
    for (ForwardZone changed :
        List.of(
            forward("mn", "mn.internal", AddressSet.NONE, true, 54),
            forward("other", "mn.internal", AddressSet.NONE, true, 53),
            forward("mn", "other.internal", AddressSet.NONE, true, 53))) {
      assertThat(only(changed, copied).leadsWhere(copied)).as(changed.toString()).isFalse();
    }
    assertThat(copied.next(List.of(), List.of(), NOBODY).leadsWhere(copied)).isFalse();
    ForwardZone resolvers =
        ForwardZone.resolvers(
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53)), AddressSet.NONE);
    assertThat(copied.following(resolvers, List.of()).leadsWhere(copied)).isFalse();
  }

  @Test
  void theLatestWayToAZoneIsThatOfTheTable() {
    ForwardZone zone = forward("mn", "mn.internal", AddressSet.NONE, true, 53);
    ZoneTable first = only(zone, ZoneTable.empty());
    ZoneRoute.Forward earlier = forwardRoute(first);
    ZoneTable second = only(zone.with(new ReplicaZone(local("mn.internal"), true)), first);
    assertThat(second.latest(earlier)).isSameAs(second.forwards().getFirst());
    assertThat(second.next(List.of(), List.of(), NOBODY).latest(earlier)).isSameAs(earlier);
  }

  @Test
  void answersStayWhenFewerAddressesAreRefusedAndGoWhenMoreAre() {
    ZoneTable one = only(refusing("192.0.2.1"), ZoneTable.empty());
    ZoneTable two = only(refusing("192.0.2.1", "192.0.2.7"), one);
    assertThat(forwardRoute(two).epoch()).isNotEqualTo(forwardRoute(one).epoch());
    ZoneTable back = only(refusing("192.0.2.1"), two);
    assertThat(forwardRoute(back).epoch()).isEqualTo(forwardRoute(two).epoch());
    assertThat(forwardRoute(only(refusing("192.0.2.7"), back)).epoch())
        .isNotEqualTo(forwardRoute(back).epoch());
  }

  private static ForwardZone refusing(String... addresses) {
    AddressSet never =
        AddressSet.of(
            Stream.of(addresses).map(a -> new Prefix(InetAddress.ofLiteral(a), 32)).toList());
    return new ForwardZone(
        "mn",
        Name.fromConstantString("mn.internal."),
        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53)),
        new BelievedAddresses(AddressSet.NONE, false, never),
        List.of());
  }

  private static ZoneTable only(ForwardZone zone, ZoneTable before) {
    return before.next(List.of(), List.of(zone), NOBODY);
  }
}
