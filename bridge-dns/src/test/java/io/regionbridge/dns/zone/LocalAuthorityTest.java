package io.regionbridge.dns.zone;

import static io.regionbridge.dns.testing.Replies.addresses;
import static io.regionbridge.dns.testing.Replies.errorCode;
import static io.regionbridge.dns.testing.Replies.errorText;
import static io.regionbridge.dns.testing.Replies.flag;
import static io.regionbridge.dns.testing.Replies.rcode;
import static io.regionbridge.dns.testing.Replies.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.wire.Query;
import io.regionbridge.dns.wire.ReplyWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SetResponse;
import org.xbill.DNS.Type;
import org.xbill.DNS.Zone;

class LocalAuthorityTest {
  private static final String APEX = "fsn1.internal";
  private static final String SOA =
      APEX + ". 5 IN SOA ns.dns.fsn1.internal. hostmaster.fsn1.internal. 1 7200 1800 86400 5";
  private final Query query = new Query();
  private final ReplyWriter reply = new ReplyWriter();

  private static LocalZone empty() {
    return LocalZone.empty(Records.name(APEX), "svc", Records.soa(APEX, 5, 1, 5));
  }

  private static LocalZone zone(Record... records) {
    Map<Name, List<Record>> byName = new HashMap<>();
    for (Record r : records) {
      byName.computeIfAbsent(r.getName(), n -> new ArrayList<>()).add(r);
    }
    Map<Name, @Nullable ZoneNode> nodes = new HashMap<>();
    byName.forEach((name, all) -> nodes.put(name, ZoneNode.of(all)));
    return empty().with(nodes, Records.soa(APEX, 5, 1, 5)).loadedFully();
  }

  private Message ask(LocalZone zone, String name, int type) throws IOException {
    return ask(zone, View.PODS, 0, name, type);
  }

  private Message ask(LocalZone zone, View view, int turn, String name, int type)
      throws IOException {
    byte[] packet = Packet.query(name, type, 0).done();
    assertThat(query.parse(packet, packet.length)).isEqualTo(Query.Verdict.OK);
    int rcode = new LocalAuthority().answer(query, zone, view, turn, reply);
    int length = reply.finish(ReplyWriter.MAX_MESSAGE, true, false, 0, new byte[0], 0);
    Message m = new Message(Arrays.copyOf(reply.out(), length));
    assertThat(m.getRcode()).isEqualTo(rcode);
    assertThat(flag(m, Flags.AA)).isTrue();
    return m;
  }

  @Test
  void untilItIsLoadedTheZoneDeniesNothing() throws IOException {
    LocalZone loading =
        empty()
            .with(
                Map.of(
                    Records.name("a.fsn1.internal"),
                    ZoneNode.of(List.of(Records.a("a.fsn1.internal", 5, "10.42.0.1")))),
                Records.soa(APEX, 5, 1, 5));
    for (String name : new String[] {"a.fsn1.internal", "b.fsn1.internal", APEX}) {
      Message m = ask(loading, name, Type.A);
      assertThat(rcode(m)).isEqualTo("SERVFAIL");
      assertThat(errorCode(m)).isEqualTo(ExtendedErrorCodeOption.NOT_READY);
      assertThat(errorText(m)).isEqualTo("the directory of this region is not loaded yet");
    }
    assertThat(addresses(ask(loading.loadedFully(), "a.fsn1.internal", Type.A)))
        .containsExactly("10.42.0.1");
  }

  @ParameterizedTest
  @CsvSource({
    // name, type, rcode, answers, authorities
    "web.shop.svc.fsn1.internal, A, NOERROR, 2, 0",
    "web.shop.fsn1.internal, A, NOERROR, 2, 0",
    "WEB.Shop.SVC.fsn1.INTERNAL, A, NOERROR, 2, 0",
    "web.shop.svc.fsn1.internal, AAAA, NOERROR, 0, 1",
    "shop.svc.fsn1.internal, A, NOERROR, 0, 1",
    "svc.fsn1.internal, A, NOERROR, 0, 1",
    "fsn1.internal, SOA, NOERROR, 1, 0",
    "fsn1.internal, NS, NOERROR, 1, 0",
    "fsn1.internal, A, NOERROR, 0, 1",
    "none.fsn1.internal, A, NXDOMAIN, 0, 1",
    "x.web.shop.svc.fsn1.internal, A, NXDOMAIN, 0, 1",
    "none.shop.svc.fsn1.internal, A, NXDOMAIN, 0, 1",
    "alias.shop.svc.fsn1.internal, CNAME, NOERROR, 1, 0",
    "alias.shop.svc.fsn1.internal, A, NOERROR, 3, 0",
    "alias.shop.svc.fsn1.internal, TXT, NOERROR, 1, 1",
    "outside.shop.svc.fsn1.internal, A, NOERROR, 1, 0",
    "dangling.shop.svc.fsn1.internal, A, NXDOMAIN, 1, 1",
    "dangling.shop.svc.fsn1.internal, CNAME, NOERROR, 1, 0",
    "emptied.shop.svc.fsn1.internal, A, NOERROR, 1, 1",
    "none.fsn1.internal, ANY, NXDOMAIN, 0, 1",
    "web.shop.svc.fsn1.internal, ANY, NOERROR, 1, 0",
    "shop.svc.fsn1.internal, ANY, NOERROR, 0, 1",
  })
  void nxdomainAndNodataAreToldApart(
      String name, String type, String rcode, int answers, int authorities) throws IOException {
    LocalZone zone =
        zone(
            new NSRecord(Records.name(APEX), DClass.IN, 5, Records.name("ns.dns." + APEX)),
            Records.a("web.shop.svc." + APEX, 5, "10.42.0.1"),
            Records.a("web.shop.svc." + APEX, 5, "10.42.0.2"),
            Records.cname("alias.shop.svc." + APEX, 5, "web.shop.svc." + APEX),
            Records.cname("outside.shop.svc." + APEX, 5, "www.example.com"),
            Records.cname("dangling.shop.svc." + APEX, 5, "gone.shop.svc." + APEX),
            Records.cname("emptied.shop.svc." + APEX, 5, "shop.svc." + APEX));
    Message m = ask(zone, name, Type.value(type));
    assertThat(rcode(m)).isEqualTo(rcode);
    assertThat(section(m, Section.ANSWER)).hasSize(answers);
    assertThat(section(m, Section.AUTHORITY)).hasSize(authorities);
    if (authorities > 0) {
      assertThat(section(m, Section.AUTHORITY)).allMatch(s -> s.equalsIgnoreCase(SOA));
    }
  }

  @Test
  void everyTypeAtOnceIsAnsweredWithNextToNothing() throws IOException {
    LocalZone zone = zone(Records.a("web." + APEX, 5, "10.42.0.1"));
    assertThat(section(ask(zone, "web." + APEX, Type.ANY), Section.ANSWER))
        .containsExactly("web.fsn1.internal. 5 IN HINFO \"RFC8482\" \"\"");
  }

  @ParameterizedTest
  @EnumSource(View.class)
  void eachViewHasItsOwnRecords(View view) throws IOException {
    Name web = Records.name("web.shop.svc." + APEX);
    ZoneNode node =
        ZoneNode.of(
            List.of(Records.a(web, 5, "10.43.0.9")),
            List.of(Records.a(web, 5, "10.42.0.1"), Records.txt(web.toString(), 5, "pods")));
    LocalZone zone = empty().with(Map.of(web, node), Records.soa(APEX, 5, 1, 5)).loadedFully();
    boolean cluster = view == View.CLUSTER;
    assertThat(addresses(ask(zone, view, 0, web.toString(), Type.A)))
        .containsExactly(cluster ? "10.43.0.9" : "10.42.0.1");
    Message text = ask(zone, view, 0, web.toString(), Type.TXT);
    assertThat(rcode(text)).isEqualTo("NOERROR");
    assertThat(section(text, Section.ANSWER)).hasSize(cluster ? 0 : 1);
  }

  @Test
  void addressesBeginWithAnotherOneInEachTurn() throws IOException {
    LocalZone zone =
        zone(
            IntStream.range(0, 5)
                .mapToObj(i -> Records.a("web." + APEX, 5, "10.42.0." + i))
                .toArray(Record[]::new));
    List<String> all = addresses(ask(zone, View.PODS, 0, "web." + APEX, Type.A));
    for (int turn : new int[] {1, 2, 4, 5, 6, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      int first = Integer.remainderUnsigned(turn, 5);
      List<String> expected = new ArrayList<>(all.subList(first, 5));
      expected.addAll(all.subList(0, first));
      assertThat(addresses(ask(zone, View.PODS, turn, "web." + APEX, Type.A))).isEqualTo(expected);
    }
  }

  @Test
  void anAliasIsFollowedThroughShortAndLongNamesAndKeepsItsOrder() throws IOException {
    LocalZone zone =
        zone(
            Records.cname("a." + APEX, 5, "b.shop." + APEX),
            Records.cname("b.shop.svc." + APEX, 5, "C.shop.svc." + APEX),
            Records.a("c.shop.svc." + APEX, 5, "10.42.0.1"),
            Records.a("c.shop.svc." + APEX, 5, "10.42.0.2"));
    assertThat(section(ask(zone, View.PODS, 1, "A.fsn1.internal", Type.A), Section.ANSWER))
        .containsExactly(
            "A.fsn1.internal. 5 IN CNAME b.shop.fsn1.internal.",
            "b.shop.fsn1.internal. 5 IN CNAME c.shop.svc.fsn1.internal.",
            "c.shop.svc.fsn1.internal. 5 IN A 10.42.0.2",
            "c.shop.svc.fsn1.internal. 5 IN A 10.42.0.1");
  }

  @Test
  void aliasesInACircleOrTooManyAreAFailure() throws IOException {
    List<Record> records =
        new ArrayList<>(
            List.of(
                Records.cname("a." + APEX, 5, "b." + APEX),
                Records.cname("b." + APEX, 5, "a." + APEX),
                Records.cname("into." + APEX, 5, "a." + APEX),
                Records.cname("self." + APEX, 5, "self." + APEX),
                Records.a("l9." + APEX, 5, "10.42.0.9")));
    for (int i = 0; i < 9; i++) {
      records.add(Records.cname("l" + i + "." + APEX, 5, "l" + (i + 1) + "." + APEX));
    }
    LocalZone zone = zone(records.toArray(Record[]::new));
    for (String name : List.of("a.", "A.", "b.", "into.", "self.", "SELF.", "l0.")) {
      Message m = ask(zone, name + APEX, Type.A);
      assertThat(rcode(m)).as(name).isEqualTo("SERVFAIL");
      assertThat(section(m, Section.ANSWER)).isEmpty();
    }
    assertThat(section(ask(zone, "l1." + APEX, Type.A), Section.ANSWER)).hasSize(9);
    assertThat(section(ask(zone, "self." + APEX, Type.CNAME), Section.ANSWER)).hasSize(1);
  }

  private static Record[] many(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Records.aaaa(name, 5, "fd42::" + Integer.toHexString(i + 1)))
        .toArray(Record[]::new);
  }

  @Test
  void moreAddressesThanAMessageHoldsAreAnsweredAsFarAsTheyFit() throws IOException {
    LocalZone zone = zone(many("big." + APEX, 5_000));
    Message m = ask(zone, "big." + APEX, Type.AAAA);
    assertThat(flag(m, Flags.TC)).isFalse();
    assertThat(addresses(m)).hasSizeBetween(2_300, 2_340).doesNotHaveDuplicates();
  }

  @Test
  void anAliasToMoreAddressesThanAMessageHoldsIsAnsweredAsFarAsTheyFit() throws IOException {
    String label = "x".repeat(60);
    String big = String.join(".", "big-".repeat(8), label, label, label, APEX);
    List<Record> records = new ArrayList<>(List.of(many(big, 5_000)));
    String alias = String.join(".", "alias".repeat(8), label, label, label, APEX);
    records.add(Records.cname(alias, 5, big));
    Message m = ask(zone(records.toArray(Record[]::new)), alias, Type.AAAA);
    assertThat(flag(m, Flags.TC)).isFalse();
    assertThat(section(m, Section.ANSWER).getFirst()).contains("CNAME");
    assertThat(addresses(m)).hasSizeBetween(2_300, 2_340).doesNotHaveDuplicates();
  }

  /** Another implementation's zone look-up as oracle, over random zones without short forms. */
  @Test
  void randomZonesAreAnsweredAsAnotherImplementationDoes() throws IOException {
    Random random = new Random(12);
    Map<String, Integer> kinds = new TreeMap<>();
    for (int round = 0; round < 80; round++) {
      List<Record> records = randomRecords(random);
      Map<Name, List<Record>> byName = new HashMap<>();
      records.forEach(r -> byName.computeIfAbsent(r.getName(), n -> new ArrayList<>()).add(r));
      Map<Name, @Nullable ZoneNode> nodes = new HashMap<>();
      byName.forEach((name, all) -> nodes.put(name, ZoneNode.of(all)));
      LocalZone ours =
          LocalZone.empty(Records.name(APEX), null, Records.soa(APEX, 5, 1, 5))
              .with(nodes, Records.soa(APEX, 5, 1, 5))
              .loadedFully();
      Zone theirs = oracle(records);
      for (int q = 0; q < 50; q++) {
        String name = randomName(random);
        int type = new int[] {Type.A, Type.TXT, Type.CNAME, Type.SRV}[random.nextInt(4)];
        Message m = ask(ours, name, type);
        SetResponse expected = theirs.findRecords(Records.name(name), type);
        String kind = kind(expected);
        kinds.merge(kind, 1, Integer::sum);
        switch (kind) {
          case "found" -> {
            List<Record> all =
                expected.answers().stream().map(RRset::rrs).flatMap(List::stream).toList();
            assertThat(m.getSection(Section.ANSWER)).containsExactlyInAnyOrderElementsOf(all);
          }
          case "alias" -> {
            if (rcode(m).equals("SERVFAIL")) {
              kinds.merge("circle", 1, Integer::sum);
            } else {
              assertThat(m.getSection(Section.ANSWER).getFirst()).isEqualTo(expected.getCNAME());
            }
          }
          case "nodata" -> {
            assertThat(rcode(m)).isEqualTo("NOERROR");
            assertThat(m.getSection(Section.ANSWER)).isEmpty();
            assertThat(section(m, Section.AUTHORITY)).containsExactly(SOA);
          }
          default -> {
            assertThat(rcode(m)).as("%s %s in %s", name, type, records).isEqualTo("NXDOMAIN");
            assertThat(section(m, Section.AUTHORITY)).containsExactly(SOA);
          }
        }
      }
    }
    assertThat(kinds.keySet())
        .containsExactlyInAnyOrder("alias", "circle", "found", "nodata", "nxdomain");
    assertThat(kinds.values()).allMatch(n -> n > 10);
    assertThat(kinds.get("circle")).isLessThan(kinds.getOrDefault("alias", 0) / 2);
  }

  private static String kind(SetResponse r) {
    return r.isSuccessful()
        ? "found"
        : r.isCNAME() ? "alias" : r.isNXRRSET() ? "nodata" : "nxdomain";
  }

  private static Zone oracle(List<Record> records) throws IOException {
    List<Record> whole = new ArrayList<>(records);
    whole.add(Records.soa(APEX, 5, 1, 5));
    whole.add(new NSRecord(Records.name(APEX), DClass.IN, 5, Records.name("ns.dns." + APEX)));
    return new Zone(Records.name(APEX), whole.toArray(Record[]::new));
  }

  private static String randomName(Random random) {
    StringBuilder name = new StringBuilder();
    for (int labels = 1 + random.nextInt(2); labels > 0; labels--) {
      name.append("abcdef".charAt(random.nextInt(6))).append('.');
    }
    return name + APEX;
  }

  private static List<Record> randomRecords(Random random) {
    Map<String, List<Record>> byName = new TreeMap<>();
    for (int n = 0; n < 12; n++) {
      String name = randomName(random);
      List<Record> at = byName.computeIfAbsent(name, k -> new ArrayList<>());
      Record next =
          switch (random.nextInt(4)) {
            case 0 -> Records.txt(name, 5, "t" + n);
            case 1 -> Records.cname(name, 5, randomName(random));
            default -> Records.a(name, 5, "10.42.0." + n);
          };
      // An alias stands alone (RFC 1034 section 3.6.2).
      if (at.isEmpty() || next.getType() != Type.CNAME && at.getFirst().getType() != Type.CNAME) {
        at.add(next);
      }
    }
    return byName.values().stream().flatMap(List::stream).toList();
  }
}
