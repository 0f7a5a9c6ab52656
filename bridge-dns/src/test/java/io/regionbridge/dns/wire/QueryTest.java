package io.regionbridge.dns.wire;

import static io.regionbridge.dns.testing.Packet.option;
import static io.regionbridge.dns.testing.Packet.part;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.wire.Query.Verdict;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;

class QueryTest {
  private static final String NAME = "nats.messaging.svc.mn.internal";
  private final Query query = new Query();

  private Verdict parse(Packet packet) {
    return parse(packet.done());
  }

  private Verdict parse(byte[] packet) {
    return query.parse(packet, packet.length);
  }

  private static byte[] wire(String name) {
    return Name.fromConstantString(name.equals(".") ? name : name + ".").toWire();
  }

  @Test
  void aPlainQueryIsReadInPlace() {
    assertThat(parse(Packet.query(NAME, Type.AAAA, 0))).isEqualTo(Verdict.OK);
    assertThat(query.id()).isEqualTo(0x1234);
    assertThat(query.flags()).isEqualTo(0x0100);
    assertThat(query.type()).isEqualTo(Type.AAAA);
    assertThat(Arrays.copyOf(query.name(), query.nameLength())).isEqualTo(wire(NAME));
    assertThat(query.labelCount()).isEqualTo(5);
    assertThat(IntStream.rangeClosed(0, 5).map(query::labelAt))
        .containsExactly(0, 5, 15, 19, 22, 31);
    assertThat(query.questionEnd()).isEqualTo(query.length());
    assertThat(query.mixedCase()).isFalse();
    assertThat(query.edns()).isFalse();
    assertThat(query.udpSize()).isEqualTo(512);
    assertThat(query.cookieLength()).isZero();
    assertThat(query.relayed()).isFalse();
    assertThat(query.dnssecOk()).isFalse();
  }

  @Test
  void capitalsAreFoldedForLookUpAndNoted() {
    assertThat(parse(Packet.query("NaTs.mEssaging.SVC.mn.INTERNAL", Type.A, 0)))
        .isEqualTo(Verdict.OK);
    assertThat(query.mixedCase()).isTrue();
    assertThat(Arrays.copyOf(query.name(), query.nameLength())).isEqualTo(wire(NAME));
    long hash = query.nameHash();
    parse(Packet.query(NAME, Type.A, 0));
    assertThat(query.nameHash()).isEqualTo(hash);
  }

  @Test
  void theRootIsAName() {
    assertThat(parse(Packet.query(".", Type.NS, 0))).isEqualTo(Verdict.OK);
    assertThat(query.nameLength()).isEqualTo(1);
    assertThat(query.labelCount()).isZero();
    assertThat(query.labelAt(0)).isZero();
  }

  record Case(String what, Packet packet, Verdict verdict) {
    @Override
    public String toString() {
      return what + ": " + verdict;
    }
  }

  private static Packet query(int flags, int qd, int an, int ns, int ar) {
    return Packet.header(7, flags, qd, an, ns, ar);
  }

  private static Packet question(Packet packet, int type, int cls) {
    return packet.name(NAME).u16(type).u16(cls);
  }

  private static Packet labels(int count, String label) {
    Packet p = query(0, 1, 0, 0, 0);
    for (int i = 0; i < count; i++) {
      p.label(label);
    }
    return p;
  }

  private static Packet edns(byte[] options) {
    return Packet.query(NAME, Type.A, 1).opt(1232, 0, 0, options);
  }

  private static byte[] cookie(int octets) {
    return option(EdnsOption.COOKIE, new byte[octets]);
  }

  static Stream<Case> packets() {
    byte[] none = {};
    return Stream.of(
        // Headers.
        new Case("nothing", part(), Verdict.IGNORE),
        new Case("eleven octets", part().octets(new byte[11]), Verdict.IGNORE),
        new Case("a response", question(query(0x8180, 1, 0, 0, 0), 1, 1), Verdict.IGNORE),
        new Case("a malformed response", query(0x8180, 9, 9, 9, 9), Verdict.IGNORE),
        new Case("a header alone", query(0x0100, 0, 0, 0, 0), Verdict.FORMAT_ERROR),
        new Case(
            "opcode IQUERY", question(query(0x0800, 1, 0, 0, 0), 1, 1), Verdict.NOT_IMPLEMENTED),
        new Case(
            "opcode STATUS", question(query(0x1000, 1, 0, 0, 0), 1, 1), Verdict.NOT_IMPLEMENTED),
        new Case(
            "opcode NOTIFY", question(query(0x2000, 1, 0, 0, 0), 6, 1), Verdict.NOT_IMPLEMENTED),
        new Case(
            "opcode UPDATE", question(query(0x2800, 1, 0, 1, 0), 6, 1), Verdict.NOT_IMPLEMENTED),
        new Case("opcode 15, nothing else", query(0x7800, 0, 0, 0, 0), Verdict.NOT_IMPLEMENTED),
        new Case("all flags but QR", question(query(0x07FF, 1, 0, 0, 0), 1, 1), Verdict.OK),
        // Counts.
        new Case("no question", query(0, 0, 0, 0, 1).opt(1232, 0, 0, none), Verdict.FORMAT_ERROR),
        new Case(
            "two questions",
            question(question(query(0, 2, 0, 0, 0), 1, 1), 28, 1),
            Verdict.FORMAT_ERROR),
        new Case(
            "65,535 questions", question(query(0, 65_535, 0, 0, 0), 1, 1), Verdict.FORMAT_ERROR),
        new Case(
            "an answer",
            question(query(0, 1, 1, 0, 0), 1, 1).pointer(12).record(1, 5, new byte[4]),
            Verdict.FORMAT_ERROR),
        new Case(
            "an authority record",
            question(query(0, 1, 0, 1, 0), 1, 1).pointer(12).record(1, 5, new byte[4]),
            Verdict.FORMAT_ERROR),
        new Case(
            "a record announced that is not there",
            question(query(0, 1, 0, 0, 1), 1, 1),
            Verdict.FORMAT_ERROR),
        new Case(
            "a record that is not announced",
            question(query(0, 1, 0, 0, 0), 1, 1).opt(1232, 0, 0, none),
            Verdict.FORMAT_ERROR),
        new Case(
            "an octet too many", question(query(0, 1, 0, 0, 0), 1, 1).u8(0), Verdict.FORMAT_ERROR),
        new Case(
            "an additional record of another type",
            question(query(0, 1, 0, 0, 1), 1, 1).pointer(12).record(16, 5, new byte[] {1, 'x'}),
            Verdict.OK),
        new Case(
            "an additional record cut short",
            question(query(0, 1, 0, 0, 1), 1, 1).pointer(12).u16(16).u16(1).u32(5).u16(9),
            Verdict.FORMAT_ERROR),
        new Case(
            "a TSIG behind OPT",
            question(query(0, 1, 0, 0, 2), 1, 1)
                .opt(1232, 0, 0, none)
                .u8(0)
                .u16(250)
                .u16(255)
                .u32(0)
                .u16(0),
            Verdict.OK),
        // Names.
        new Case("a question cut in its name", labels(3, "abc"), Verdict.FORMAT_ERROR),
        new Case(
            "a question cut in a label",
            query(0, 1, 0, 0, 0).u8(9).octets('a', 'b'),
            Verdict.FORMAT_ERROR),
        new Case("a question without type", labels(3, "abc").u8(0), Verdict.FORMAT_ERROR),
        new Case("a question without class", labels(3, "abc").u8(0).u16(1), Verdict.FORMAT_ERROR),
        new Case(
            "a question with half a class",
            labels(3, "abc").u8(0).u16(1).u8(0),
            Verdict.FORMAT_ERROR),
        new Case(
            "a pointer as name",
            query(0, 1, 0, 0, 0).pointer(12).u16(1).u16(1),
            Verdict.FORMAT_ERROR),
        new Case(
            "a pointer behind a label",
            labels(1, "a").pointer(12).u16(1).u16(1),
            Verdict.FORMAT_ERROR),
        new Case(
            "label type 01",
            query(0, 1, 0, 0, 0).u8(0x41).octets(new byte[80]),
            Verdict.FORMAT_ERROR),
        new Case(
            "label type 10",
            query(0, 1, 0, 0, 0).u8(0x81).octets(new byte[80]),
            Verdict.FORMAT_ERROR),
        new Case("a label of 63", labels(1, "x".repeat(63)).u8(0).u16(1).u16(1), Verdict.OK),
        new Case("127 labels, 255 octets", labels(127, "a").u8(0).u16(1).u16(1), Verdict.OK),
        new Case(
            "128 labels, 257 octets", labels(128, "a").u8(0).u16(1).u16(1), Verdict.FORMAT_ERROR),
        new Case(
            "255 octets in long labels",
            labels(3, "x".repeat(63)).label("y".repeat(61)).u8(0).u16(1).u16(1),
            Verdict.OK),
        new Case(
            "256 octets",
            labels(3, "x".repeat(63)).label("y".repeat(62)).u8(0).u16(1).u16(1),
            Verdict.FORMAT_ERROR),
        new Case(
            "a thousand labels", labels(1000, "abc").u8(0).u16(1).u16(1), Verdict.FORMAT_ERROR),
        new Case(
            "a label with any octets",
            query(0, 1, 0, 0, 0).label("\0.\u00FF @").u8(0).u16(1).u16(1),
            Verdict.OK),
        // Classes and types.
        new Case("class CH", question(query(0, 1, 0, 0, 0), 16, 3), Verdict.REFUSED),
        new Case("class ANY", question(query(0, 1, 0, 0, 0), 1, 255), Verdict.REFUSED),
        new Case("class 0", question(query(0, 1, 0, 0, 0), 1, 0), Verdict.REFUSED),
        new Case("type OPT", question(query(0, 1, 0, 0, 0), 41, 1), Verdict.REFUSED),
        new Case("type TKEY", question(query(0, 1, 0, 0, 0), 249, 1), Verdict.REFUSED),
        new Case("type TSIG", question(query(0, 1, 0, 0, 0), 250, 1), Verdict.REFUSED),
        new Case("type IXFR", question(query(0, 1, 0, 0, 0), 251, 1), Verdict.REFUSED),
        new Case("type AXFR", question(query(0, 1, 0, 0, 0), 252, 1), Verdict.REFUSED),
        new Case("type MAILA", question(query(0, 1, 0, 0, 0), 254, 1), Verdict.REFUSED),
        new Case("type ANY", question(query(0, 1, 0, 0, 0), 255, 1), Verdict.OK),
        new Case("type 0", question(query(0, 1, 0, 0, 0), 0, 1), Verdict.OK),
        new Case("type 65,535", question(query(0, 1, 0, 0, 0), 65_535, 1), Verdict.OK),
        // EDNS.
        new Case("OPT", edns(none), Verdict.OK),
        new Case(
            "two OPT",
            Packet.query(NAME, 1, 2).opt(1232, 0, 0, none).opt(1232, 0, 0, none),
            Verdict.FORMAT_ERROR),
        new Case(
            "OPT owned by a name",
            Packet.query(NAME, 1, 1).label("a").opt(1232, 0, 0, none),
            Verdict.FORMAT_ERROR),
        new Case(
            "OPT owned by a pointer",
            Packet.query(NAME, 1, 1).pointer(12).u16(41).u16(1232).u32(0).u16(0),
            Verdict.FORMAT_ERROR),
        new Case("version 1", Packet.query(NAME, 1, 1).opt(1232, 1, 0, none), Verdict.BAD_VERSION),
        new Case(
            "version 255", Packet.query(NAME, 1, 1).opt(1232, 255, 0, none), Verdict.BAD_VERSION),
        new Case(
            "version 1 with what are no options to us",
            Packet.query(NAME, 1, 1).opt(1232, 1, 0, new byte[] {1, 2, 3}),
            Verdict.BAD_VERSION),
        new Case(
            "version 1 behind an octet too many",
            Packet.query(NAME, 1, 1).opt(1232, 1, 0, none).u8(0),
            Verdict.FORMAT_ERROR),
        new Case("unknown flags", Packet.query(NAME, 1, 1).opt(1232, 0, 0x7FFF, none), Verdict.OK),
        new Case("an unknown option", edns(option(65_001, new byte[] {1, 2, 3})), Verdict.OK),
        new Case("an empty option", edns(option(65_001, none)), Verdict.OK),
        new Case("an option cut in its head", edns(new byte[] {0, 10, 0}), Verdict.FORMAT_ERROR),
        new Case("an option longer than OPT", edns(new byte[] {0, 3, 0, 1}), Verdict.FORMAT_ERROR),
        new Case(
            "options, the last cut short",
            edns(part().octets(option(3, none)).octets(0, 3, 0, 9, 1).done()),
            Verdict.FORMAT_ERROR),
        new Case(
            "OPT longer than the packet",
            Packet.query(NAME, 1, 1).u8(0).u16(41).u16(1232).u32(0).u16(40),
            Verdict.FORMAT_ERROR),
        // Cookies: 8 octets, or 16 to 40 (RFC 7873 section 4).
        new Case("a cookie of 0", edns(cookie(0)), Verdict.FORMAT_ERROR),
        new Case("a cookie of 7", edns(cookie(7)), Verdict.FORMAT_ERROR),
        new Case("a cookie of 8", edns(cookie(8)), Verdict.OK),
        new Case("a cookie of 9", edns(cookie(9)), Verdict.FORMAT_ERROR),
        new Case("a cookie of 15", edns(cookie(15)), Verdict.FORMAT_ERROR),
        new Case("a cookie of 16", edns(cookie(16)), Verdict.OK),
        new Case("a cookie of 40", edns(cookie(40)), Verdict.OK),
        new Case("a cookie of 41", edns(cookie(41)), Verdict.FORMAT_ERROR),
        new Case(
            "two cookies, the first counts",
            edns(part().octets(cookie(8)).octets(cookie(24)).done()),
            Verdict.OK),
        new Case(
            "a cookie without a question",
            query(0, 0, 0, 0, 1).opt(1232, 0, 0, cookie(8)),
            Verdict.COOKIE_ONLY),
        new Case(
            "a bad cookie without a question",
            query(0, 0, 0, 0, 1).opt(1232, 0, 0, cookie(9)),
            Verdict.FORMAT_ERROR),
        new Case(
            "what is malformed counts before what is refused",
            question(query(0, 1, 0, 0, 0), 252, 1).u8(9),
            Verdict.FORMAT_ERROR));
  }

  @ParameterizedTest
  @MethodSource("packets")
  void everyPacketGetsItsVerdict(Case c) {
    assertThat(parse(c.packet)).isEqualTo(c.verdict);
  }

  /** The object serves for ever: nothing of one packet may show in the next. */
  @Test
  void nothingOfThePacketBeforeIsLeft() {
    byte[] rich =
        Packet.query("A.B.C.D.mn.internal", Type.A, 1)
            .opt(
                4096,
                0,
                0x8000,
                part().octets(cookie(24)).octets(option(65_313, new byte[0])).done())
            .done();
    packets()
        .forEach(c -> {
          assertThat(parse(rich)).isEqualTo(Verdict.OK);
          assertThat(query.relayed() && query.dnssecOk() && query.edns()).isTrue();
          byte[] packet = c.packet.done();
          Query fresh = new Query();
          fresh.parse(packet, packet.length);
          parse(packet);
          assertThat(query)
              .as(c.what)
              .usingRecursiveComparison()
              .ignoringFields("folded", "labels")
              .isEqualTo(fresh);
          assertThat(Arrays.copyOf(query.name(), query.nameLength()))
              .isEqualTo(Arrays.copyOf(fresh.name(), fresh.nameLength()));
        });
  }

  @Test
  void aQuestionThatCannotBeReadIsNotEchoed() {
    assertThat(parse(labels(3, "abc"))).isEqualTo(Verdict.FORMAT_ERROR);
    assertThat(query.questionEnd()).isEqualTo(Query.HEADER);
    assertThat(query.nameLength()).isZero();
  }

  @Test
  void aQuestionThatCanBeReadIsEchoedWhateverFollows() {
    assertThat(parse(Packet.query(NAME, 1, 0).u8(9))).isEqualTo(Verdict.FORMAT_ERROR);
    assertThat(query.questionEnd()).isEqualTo(12 + wire(NAME).length + 4);
  }

  @ParameterizedTest
  @CsvSource({
    "0,512",
    "1,512",
    "511,512",
    "512,512",
    "513,513",
    "1232,1232",
    "1233,1232",
    "4096,1232",
    "65535,1232"
  })
  void theClientsPacketSizeIsTakenWithinBounds(int announced, int taken) {
    parse(Packet.query(NAME, 1, 1).opt(announced, 0, 0, new byte[0]));
    assertThat(query.edns()).isTrue();
    assertThat(query.udpSize()).isEqualTo(taken);
  }

  @Test
  void optionsAreFoundWhereverTheyStand() {
    byte[] before = option(65_001, new byte[] {9, 9, 9});
    byte[] data = {1, 2, 3, 4, 5, 6, 7, 8};
    byte[] packet =
        edns(part()
                .octets(before)
                .octets(option(EdnsOption.COOKIE, data))
                .octets(option(EdnsOption.RELAYED, new byte[0]))
                .done())
            .done();
    assertThat(parse(packet)).isEqualTo(Verdict.OK);
    assertThat(query.cookieLength()).isEqualTo(8);
    assertThat(Arrays.copyOfRange(packet, query.cookieAt(), query.cookieAt() + 8)).isEqualTo(data);
    assertThat(query.relayed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    // mark, relayed, from a sibling, a probe
    "0, true,  false, false",
    "1, false, true,  false",
    "2, true,  false, true",
    "3, false, true,  true",
    "4, true,  false, false", // of a later version: not for others, in any case
  })
  void theMarkSaysForWhomAnotherBridgeAsks(
      int mark, boolean relayed, boolean fromSibling, boolean probe) {
    byte[] data = mark == 0 ? new byte[0] : new byte[] {(byte) mark};
    byte[] packet = edns(part().octets(option(EdnsOption.RELAYED, data)).done()).done();
    assertThat(parse(packet)).isEqualTo(Verdict.OK);
    assertThat(query.relayed()).isEqualTo(relayed);
    assertThat(query.fromSibling()).isEqualTo(fromSibling);
    assertThat(query.probe()).isEqualTo(probe);
  }

  /** Bytes behind the packet in a shared buffer are none of its business. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 11, 12, 13, 20, 46, 47})
  void onlyTheGivenLengthIsRead(int length) {
    byte[] packet = Packet.query(NAME, Type.A, 0).done();
    byte[] buffer = Arrays.copyOf(packet, 2048);
    Arrays.fill(buffer, packet.length, buffer.length, (byte) 0);
    Verdict whole = query.parse(Arrays.copyOf(packet, length), length);
    assertThat(query.parse(buffer, length)).isEqualTo(whole);
  }

  @Test
  void everyPrefixOfAGoodQueryIsMalformedOrIgnored() {
    byte[] packet = edns(part().octets(cookie(8)).octets(option(3, new byte[4])).done()).done();
    assertThat(parse(packet)).isEqualTo(Verdict.OK);
    for (int length = 0; length < packet.length; length++) {
      assertThat(query.parse(Arrays.copyOf(packet, length), length))
          .as("%d octets", length)
          .isEqualTo(length < 12 ? Verdict.IGNORE : Verdict.FORMAT_ERROR);
    }
  }

  @Test
  void foldingAndLabelsAgreeWithAnotherImplementationForRandomNames() {
    Random random = new Random(2);
    for (int round = 0; round < 3_000; round++) {
      StringBuilder text = new StringBuilder();
      int labels = 1 + random.nextInt(20);
      for (int i = 0; i < labels; i++) {
        for (int k = 1 + random.nextInt(9); k > 0; k--) {
          text.append("aZ0-_Yq".charAt(random.nextInt(7)));
        }
        text.append('.');
      }
      Name name = Name.fromConstantString(text.toString());
      assertThat(parse(Packet.query(text.toString(), 1, 0))).isEqualTo(Verdict.OK);
      assertThat(Arrays.copyOf(query.name(), query.nameLength())).isEqualTo(name.toWireCanonical());
      assertThat(query.labelCount()).isEqualTo(name.labels() - 1);
      assertThat(query.mixedCase())
          .isEqualTo(!text.toString().equals(text.toString().toLowerCase(Locale.ROOT)));
      assertThat(query.nameHash())
          .isEqualTo(NameHash.of(name.toWireCanonical(), 0, name.toWireCanonical().length));
    }
  }
}
