package io.regionbridge.dns.wire;

import static io.regionbridge.dns.testing.Packet.part;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.testing.Replies;
import io.regionbridge.dns.wire.Reply.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.RPRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ReplyTest {
  static final String NAME = "nats.messaging.svc.mn.internal";
  static final byte[] APEX = Records.name("mn.internal").toWire();

  /** The peer's domain, and 10.52.0.0/16 and fd52::/32. */
  static final Reply.Bounds BOUNDS =
      new Reply.Bounds() {
        private final AddressSet addresses =
            AddressSet.of(
                List.of(
                    new Prefix(InetAddress.ofLiteral("10.52.0.0"), 16),
                    new Prefix(InetAddress.ofLiteral("fd52::"), 32)));

        @Override
        public boolean ownerAllowed(byte[] name, int length) {
          return Names.within(name, length, APEX);
        }

        @Override
        public boolean addressAllowed(int ipv4) {
          return addresses.contains(0, AddressSet.lowOfIpv4(ipv4));
        }

        @Override
        public boolean addressAllowed(long high, long low) {
          return addresses.contains(high, low);
        }
      };

  private static final int QUESTION_END = 12 + NAME.length() + 2 + 4;
  private final Reply reply = new Reply();

  private Verdict inspect(byte[] message) {
    return reply.inspect(message, message.length, QUESTION_END, BOUNDS);
  }

  private Verdict inspect(Message message) {
    return inspect(message.toWire());
  }

  static Message message(Record... answers) {
    Message m = new Message(1);
    m.getHeader().setFlag(Flags.QR);
    m.addRecord(Record.newRecord(Records.name(NAME), Type.A, DClass.IN), Section.QUESTION);
    Arrays.stream(answers).forEach(r -> m.addRecord(r, Section.ANSWER));
    return m;
  }

  static Message with(Message m, int section, Record... records) {
    Arrays.stream(records).forEach(r -> m.addRecord(r, section));
    return m;
  }

  @Test
  void anEmptyReplyIsClean() {
    Message m = message();
    m.getHeader().setRcode(Rcode.NXDOMAIN);
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.rcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(reply.answers() + reply.authorities()).isZero();
    assertThat(reply.bodyAt()).isEqualTo(QUESTION_END);
    assertThat(reply.bodyEnd()).isEqualTo(QUESTION_END);
    assertThat(reply.ttlCount()).isZero();
    assertThat(reply.negativeTtl()).isEqualTo(-1);
    assertThat(reply.runCount()).isZero();
  }

  /** The body behind the question, read by another implementation. */
  private Message believed() {
    byte[] m = Arrays.copyOf(reply.octets(), reply.bodyEnd());
    Octets.put16(m, 4, 1);
    Octets.put16(m, 6, reply.answers());
    Octets.put16(m, 8, reply.authorities());
    Octets.put16(m, 10, 0);
    try {
      return new Message(m);
    } catch (IOException e) {
      throw new AssertionError("the body is malformed", e);
    }
  }

  private List<String> body(int section) {
    return Replies.section(believed(), section);
  }

  @Test
  void theChainAndWhatIsAtItsEndIsBelieved() {
    Message m =
        message(
            Records.cname(NAME, 60, "a.mn.internal"),
            Records.a("a.mn.internal", 30, "10.52.0.1"),
            Records.a("a.mn.internal", 20, "10.52.0.2"),
            Records.a("a.mn.internal", 40, "10.52.0.3"));
    with(
        m,
        Section.AUTHORITY,
        new NSRecord(Records.name("mn.internal"), DClass.IN, 99, Records.name("ns.mn.internal")));
    with(m, Section.ADDITIONAL, Records.a("ns.mn.internal", 77, "10.52.0.9"));
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(body(Section.ANSWER))
        .containsExactly(
            NAME + ". 60 IN CNAME a.mn.internal.",
            "a.mn.internal. 30 IN A 10.52.0.1",
            "a.mn.internal. 20 IN A 10.52.0.2",
            "a.mn.internal. 40 IN A 10.52.0.3");
    assertThat(reply.authorities()).isZero();
    assertThat(reply.found()).isEqualTo(3);
    assertThat(
            IntStream.range(0, reply.ttlCount())
                .map(i -> Octets.get32(reply.octets(), reply.ttlAt(i))))
        .containsExactly(60, 30, 20, 40);
    assertThat(reply.minTtl()).isEqualTo(20);
    assertThat(reply.runCount()).isEqualTo(3);
    assertThat(reply.runStride()).isEqualTo(16);
    int third = reply.runAt() + 2 * reply.runStride();
    assertThat(Octets.get32(reply.octets(), third + 6)).isEqualTo(40);
  }

  /** RFC 2181, section 5: a set has no record twice. */
  @Test
  void eachRecordIsTakenOnce() {
    List<Record> records = new ArrayList<>();
    for (int i = 0; i < 3 * 200; i++) {
      records.add(Records.a(NAME, 5 + i, "10.52.0." + i % 200));
    }
    assertThat(inspect(message(records.toArray(Record[]::new)))).isEqualTo(Verdict.BELIEVED);
    assertThat(believed().getSection(Section.ANSWER)).isEqualTo(records.subList(0, 200));
    assertThat(reply.ttlCount()).isEqualTo(200);
    assertThat(reply.runCount()).isEqualTo(200);
    assertThat(reply.runAt() + 200 * reply.runStride()).isEqualTo(reply.bodyEnd());

    Message services =
        message(
            Records.srv(NAME, 5, 80, "Y.mn.internal"),
            Records.srv(NAME, 5, 80, "y.MN.internal"),
            Records.srv(NAME, 5, 81, "y.mn.internal"));
    services.removeAllRecords(Section.QUESTION);
    services.addRecord(Record.newRecord(Records.name(NAME), Type.SRV, DClass.IN), Section.QUESTION);
    assertThat(inspect(services)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.found()).isEqualTo(2);
  }

  @Test
  void theOrderOfRecordsAndTheCaseOfNamesMakeNoDifference() {
    Message m =
        message(
            Records.a("B.mn.internal", 5, "10.52.0.1"),
            Records.cname("a.MN.internal", 5, "b.mn.internal"),
            Records.cname(NAME, 5, "A.mn.internal"));
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(body(Section.ANSWER))
        .containsExactly(
            NAME + ". 5 IN CNAME a.mn.internal.",
            "a.mn.internal. 5 IN CNAME b.mn.internal.",
            "b.mn.internal. 5 IN A 10.52.0.1");
  }

  /** A question for aliases, or for everything, is not led on by one. */
  @ParameterizedTest
  @ValueSource(ints = {Type.CNAME, Type.ANY})
  void anAliasThatWasAskedForIsNotFollowed(int type) {
    Message m =
        message(Records.cname(NAME, 5, "www.example.com"), Records.cname("b.mn.internal", 5, NAME));
    m.removeAllRecords(Section.QUESTION);
    m.addRecord(Record.newRecord(Records.name(NAME), type, DClass.IN), Section.QUESTION);
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(body(Section.ANSWER)).containsExactly(NAME + ". 5 IN CNAME www.example.com.");
    assertThat(reply.found()).isOne();
    assertThat(reply.leavesZone()).isFalse();
  }

  @Test
  void whereTheChainLeavesTheZoneItEnds() {
    Message m =
        message(
            Records.cname(NAME, 5, "www.example.com"),
            Records.a("www.example.com", 5, "10.52.0.1"));
    m.getHeader().setRcode(Rcode.NXDOMAIN);
    with(m, Section.AUTHORITY, Records.soa("mn.internal", 5, 1, 5));
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.leavesZone()).isTrue();
    assertThat(reply.rcode()).as("of a name that is not the peer's").isEqualTo(Rcode.NOERROR);
    assertThat(body(Section.ANSWER)).containsExactly(NAME + ". 5 IN CNAME www.example.com.");
    assertThat(reply.authorities()).isZero();
  }

  @Test
  void anAliasWithoutAddressIsNegative() {
    Message m = message(Records.cname(NAME, 600, "a.mn.internal"));
    with(m, Section.AUTHORITY, Records.soa("mn.internal", 900, 1, 7));
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(List.of(reply.answers(), reply.found(), reply.authorities()))
        .containsExactly(1, 0, 1);
    assertThat(reply.negativeTtl()).isEqualTo(7);
    assertThat(body(Section.AUTHORITY)).singleElement().asString().startsWith("mn.internal. 900");
  }

  @Test
  void aliasesInACircleOrTooManyAreRefused() {
    assertThat(inspect(message(Records.cname(NAME, 5, NAME)))).isEqualTo(Verdict.ALIAS_LOOP);
    Record[] chain = new Record[AliasChain.MOST + 2];
    for (int i = 0; i < chain.length; i++) {
      String owner = i == 0 ? NAME : "c" + i + ".mn.internal";
      chain[i] = Records.cname(owner, 5, "c" + (i + 1) + ".mn.internal");
      Record[] circle = Arrays.copyOf(chain, i + 2);
      circle[i + 1] = Records.cname("c" + (i + 1) + ".mn.internal", 5, i == 0 ? NAME : owner);
      assertThat(inspect(message(circle))).as("%d aliases", i + 2).isEqualTo(Verdict.ALIAS_LOOP);
      Record[] straight = Arrays.copyOf(chain, i + 1);
      assertThat(inspect(message(straight)))
          .as("%d aliases", i + 1)
          .isEqualTo(i < AliasChain.MOST ? Verdict.BELIEVED : Verdict.ALIAS_LOOP);
    }
  }

  @Test
  void dataIsWrittenWithItsNamesInFull() {
    for (Record r :
        List.of(
            Records.srv(NAME, 5, 80, "b.mn.internal"),
            new MXRecord(Records.name(NAME), DClass.IN, 5, 10, Records.name("c.mn.internal")),
            new RPRecord(
                Records.name(NAME), DClass.IN, 5, Records.name("c.mn.internal"), Name.root),
            Records.soa(NAME, 5, 1, 5),
            Records.txt(NAME, 5, "x"))) {
      Message m = message(r);
      m.removeAllRecords(Section.QUESTION);
      m.addRecord(Record.newRecord(Records.name(NAME), r.getType(), DClass.IN), Section.QUESTION);
      assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
      assertThat(believed().getSection(Section.ANSWER)).containsExactly(r);
    }
  }

  @Test
  void theUpperBitsOfTheRcodeAreInOpt() {
    Message m = message();
    m.getHeader().setRcode(Rcode.BADCOOKIE & 0xF);
    with(m, Section.ADDITIONAL, new OPTRecord(1232, Rcode.BADCOOKIE >> 4, 0));
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.rcode()).isEqualTo(Rcode.BADCOOKIE);
  }

  @Test
  void theCookieIsFoundAmongOptions() {
    byte[] cookie = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    Message m = message();
    with(
        m,
        Section.ADDITIONAL,
        new OPTRecord(
            1232,
            0,
            0,
            0,
            List.of(
                new GenericEDNSOption(65_001, new byte[3]),
                new GenericEDNSOption(EdnsOption.COOKIE, cookie))));
    byte[] wire = m.toWire();
    assertThat(inspect(wire)).isEqualTo(Verdict.BELIEVED);
    assertThat(Arrays.copyOfRange(wire, reply.cookieAt(), reply.cookieAt() + reply.cookieLength()))
        .isEqualTo(cookie);
    assertThat(inspect(message())).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.cookieLength()).as("of the next reply").isZero();
  }

  @Test
  void theNegativeTimeIsTheLessOfTheSoasTtlAndItsMinimum() {
    for (long[] times : new long[][] {{30, 5, 5}, {5, 30, 5}, {0, 30, 0}, {30, 0, 0}}) {
      Message m = message();
      m.getHeader().setRcode(Rcode.NXDOMAIN);
      with(m, Section.AUTHORITY, Records.soa("mn.internal", times[0], 1, times[1]));
      assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
      assertThat(reply.negativeTtl()).isEqualTo(times[2]);
    }
    assertThat(inspect(message(Records.soa("mn.internal", 30, 1, 5)))).isEqualTo(Verdict.UNRELATED);
    assertThat(reply.negativeTtl()).as("an SOA in the answer says nothing").isEqualTo(-1);
  }

  @Test
  void aTtlWithTheHighestBitCountsAsZero() {
    byte[] wire = message(Records.a(NAME, 5, "10.52.0.1")).toWire();
    wire[QUESTION_END + 6] = (byte) 0x80;
    assertThat(inspect(wire)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.minTtl()).isZero();
  }

  record Case(String what, Message message, Verdict verdict) {
    @Override
    public String toString() {
      return what + ": " + verdict;
    }
  }

  static Stream<Case> ownersAndAddresses() {
    Record good = Records.a(NAME, 5, "10.52.0.1");
    Record alias = Records.cname(NAME, 5, "a.mn.internal");
    return Stream.of(
        new Case("its own address", message(good), Verdict.BELIEVED),
        new Case(
            "its own in capitals",
            message(Records.a(NAME.toUpperCase(Locale.ROOT), 5, "10.52.0.2")),
            Verdict.BELIEVED),
        new Case(
            "another name's alone",
            message(Records.a("victim.mn.internal", 5, "10.52.0.2")),
            Verdict.UNRELATED),
        new Case(
            "another name's, and an SOA",
            with(
                message(Records.a("victim.mn.internal", 5, "10.52.0.2")),
                Section.AUTHORITY,
                Records.soa("mn.internal", 5, 1, 5)),
            Verdict.BELIEVED),
        new Case(
            "an owner that ends alike",
            message(Records.a("x" + NAME, 5, "10.52.0.2")),
            Verdict.UNRELATED),
        new Case(
            "the end of its name",
            message(Records.a(NAME.substring(NAME.indexOf('.') + 1), 5, "10.52.0.2")),
            Verdict.UNRELATED),
        new Case(
            "a broken chain",
            message(alias, Records.a("b.mn.internal", 5, "10.52.0.2")),
            Verdict.BELIEVED),
        new Case(
            "the end of a chain without its beginning",
            message(Records.a("a.mn.internal", 5, "10.52.0.2")),
            Verdict.UNRELATED),
        new Case("another type", message(Records.txt(NAME, 5, "x")), Verdict.UNRELATED),
        new Case(
            "another class",
            message(
                Record.newRecord(
                    Records.name(NAME), Type.A, DClass.CH, 5, new byte[] {1, 2, 3, 4})),
            Verdict.UNRELATED),
        new Case("nothing at all", message(), Verdict.BELIEVED),
        new Case(
            "a foreign SOA",
            with(message(), Section.AUTHORITY, Records.soa("example.com", 5, 1, 5)),
            Verdict.BELIEVED),
        new Case(
            "one address outside of two",
            message(good, Records.a(NAME, 5, "10.53.0.1")),
            Verdict.BELIEVED),
        new Case(
            "addresses outside alone",
            message(Records.a(NAME, 5, "10.53.0.1"), Records.a(NAME, 5, "1.1.1.1")),
            Verdict.CONTAINED),
        new Case(
            "addresses outside behind an alias",
            message(alias, Records.a("a.mn.internal", 5, "1.1.1.1")),
            Verdict.CONTAINED),
        new Case(
            "an address outside of another name",
            with(message(good), Section.ADDITIONAL, Records.a("b.mn.internal", 5, "1.1.1.1")),
            Verdict.BELIEVED));
  }

  /** Which records are believed, of these messages. */
  @ParameterizedTest
  @MethodSource("ownersAndAddresses")
  void whoMayOwnRecordsAndWhereAddressesMayPoint(Case c) {
    assertThat(inspect(c.message)).isEqualTo(c.verdict);
    if (c.verdict == Verdict.BELIEVED) {
      assertThat(body(Section.ANSWER).toString())
          .doesNotContain("victim", "b.mn", "1.1.1.1", "10.53", "TXT");
      assertThat(body(Section.AUTHORITY).toString()).doesNotContain("example.com");
    }
  }

  @Test
  void ipv6AddressesAreHeldAgainstTheRangesToo() {
    byte[] mapped = part().octets(new byte[10]).u16(0xFFFF).octets(10, 52, 0, 1).done();
    Message m =
        message(
            Records.aaaa(NAME, 5, "fd52::1"),
            Records.aaaa(NAME, 5, "fd53::1"),
            Record.newRecord(Records.name(NAME), Type.AAAA, DClass.IN, 5, mapped));
    m.removeAllRecords(Section.QUESTION);
    m.addRecord(Record.newRecord(Records.name(NAME), Type.AAAA, DClass.IN), Section.QUESTION);
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.found()).as("an IPv4 address in an AAAA counts as one").isEqualTo(2);
    assertThat(reply.dropped()).isOne();
    assertThat(reply.runStride()).isEqualTo(28);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 . alpn=h2                                         | BELIEVED
          0 other.mn.internal.                                | BELIEVED
          1 . alpn=h2 ipv4hint=10.52.0.1 ipv6hint=fd52::1     | BELIEVED
          1 . ipv4hint=8.8.8.8                                | CONTAINED
          1 . port=8443 ipv4hint=169.254.169.254              | CONTAINED
          1 . ipv4hint=10.52.0.1,8.8.8.8                      | CONTAINED
          1 . ipv4hint=10.52.0.1 ipv6hint=2001:db8::1         | CONTAINED
          """)
  void hintsOfServiceBindingsAreAddressesToo(String data, Verdict verdict) throws IOException {
    for (int type : new int[] {Type.HTTPS, Type.SVCB}) {
      Record binding = Record.fromString(Records.name(NAME), type, DClass.IN, 5, data, Name.root);
      Message m = asked(type, binding);
      assertThat(inspect(m)).as(Type.string(type)).isEqualTo(verdict);
      assertThat(reply.found()).isEqualTo(verdict == Verdict.BELIEVED ? 1 : 0);
      assertThat(inspect(asked(Type.ANY, binding, Records.txt(NAME, 5, "x"))))
          .isEqualTo(Verdict.BELIEVED);
      assertThat(reply.found()).isEqualTo(verdict == Verdict.BELIEVED ? 2 : 1);
    }
  }

  private static Message asked(int type, Record... answers) {
    Message m = message(answers);
    m.removeAllRecords(Section.QUESTION);
    m.addRecord(Record.newRecord(Records.name(NAME), type, DClass.IN), Section.QUESTION);
    return m;
  }

  @Test
  void serviceBindingsThatCannotBeReadAreNotBelieved() {
    for (String data :
        List.of("", "0001", "000103", "00010000", "0001000004", "000100000400050a34")) {
      assertThat(inspect(data("", Type.HTTPS, HexFormat.of().parseHex(data)).message()))
          .as(data)
          .isIn(Verdict.CONTAINED, Verdict.MALFORMED);
    }
  }

  record Bad(String what, int asked, UnaryOperator<Packet> records, int an, int ns, int ar) {
    Bad(String what, UnaryOperator<Packet> answer) {
      this(what, Type.A, answer);
    }

    Bad(String what, int asked, UnaryOperator<Packet> answer) {
      this(what, asked, answer, 1, 0, 0);
    }

    byte[] message() {
      Packet head = Packet.header(1, 0x8400, 1, an, ns, ar).name(NAME).u16(asked).u16(DClass.IN);
      return records.apply(head).done();
    }

    @Override
    public String toString() {
      return what;
    }
  }

  /** An answer to a question of this type that holds this data. */
  private static Bad data(String what, int type, byte[] data) {
    return new Bad(what, type, p -> p.pointer(12).record(type, 5, data));
  }

  static Stream<Bad> malformed() {
    byte[] four = {10, 52, 0, 1};
    byte[] none = {};
    int a = Type.A;
    return Stream.of(
        new Bad("a record that is not there", p -> p),
        new Bad("an octet too many", p -> p.pointer(12).record(1, 5, four).u8(0)),
        new Bad("an octet of junk, no records", a, p -> p.u8(0), 0, 0, 0),
        new Bad("an owner cut short", p -> p.u8(9).octets('a')),
        new Bad("a record cut behind its owner", p -> p.pointer(12)),
        new Bad("a record cut before its length", p -> p.pointer(12).u16(1).u16(1).u32(5).u8(0)),
        new Bad(
            "data longer than the message",
            p -> p.pointer(12).u16(1).u16(1).u32(5).u16(5).octets(four)),
        data("an A of three octets", Type.A, new byte[3]),
        data("an A of five octets", Type.A, new byte[5]),
        data("an A of none", Type.A, none),
        data("an AAAA of four octets", Type.AAAA, four),
        data("an AAAA of seventeen octets", Type.AAAA, new byte[17]),
        data("a CNAME without a name", Type.CNAME, none),
        data("a CNAME with junk behind", Type.CNAME, new byte[] {0, 0}),
        new Bad(
            "an alias with junk behind",
            p -> p.pointer(12).record(5, 5, new byte[] {1, 'a', 0, 0})),
        new Bad(
            "an alias that leaves its data",
            p -> p.pointer(12).u16(5).u16(1).u32(5).u16(2).u8(1).octets('a', 0)),
        new Bad(
            "an alias that points at itself",
            p -> p.pointer(12).u16(5).u16(1).u32(5).u16(2).pointer(QUESTION_END + 12)),
        new Bad(
            "an alias that points forwards",
            p -> p.pointer(12).u16(5).u16(1).u32(5).u16(2).pointer(500)),
        new Bad(
            "an alias into the header", p -> p.pointer(12).record(5, 5, part().pointer(2).done())),
        data("an NS cut short", Type.NS, new byte[] {3, 'a'}),
        data("a PTR with a label of 64", Type.PTR, new byte[] {64, 0}),
        data("a DNAME without a name", Type.DNAME, none),
        data("an MX of two octets", Type.MX, new byte[2]),
        data("an SRV of six octets", Type.SRV, new byte[6]),
        data(
            "an SRV with junk behind", Type.SRV, part().octets(new byte[6]).name("a").u8(1).done()),
        data("an RP with one name", Type.RP, new byte[1]),
        data("an SOA of two names alone", Type.SOA, new byte[2]),
        new Bad(
            "an SOA without its second name",
            a,
            p -> p.pointer(12).record(6, 5, new byte[1]),
            0,
            1,
            0),
        new Bad(
            "an SOA with four octets too few",
            a,
            p -> p.pointer(12).record(6, 5, new byte[2 + 16]),
            0,
            1,
            0),
        new Bad("OPT in the answer", p -> p.opt(1232, 0, 0, none)),
        new Bad("OPT in authority", a, p -> p.opt(1232, 0, 0, none), 0, 1, 0),
        new Bad("two OPT", a, p -> p.opt(1232, 0, 0, none).opt(1232, 0, 0, none), 0, 0, 2),
        new Bad("OPT with half an option", a, p -> p.opt(1232, 0, 0, new byte[3]), 0, 0, 1),
        new Bad(
            "OPT with an option too long",
            a,
            p -> p.opt(1232, 0, 0, new byte[] {0, 10, 0, 1}),
            0,
            0,
            1));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedRepliesAreRecognised(Bad bad) {
    assertThat(inspect(bad.message())).isEqualTo(Verdict.MALFORMED);
  }

  /** Records that are not passed on may be as wrong as they like; they are not looked into. */
  @Test
  void aNameThatCannotBeReadOwnsNothing() {
    byte[] four = {10, 52, 0, 1};
    Packet head = Packet.header(1, 0x8400, 1, 3, 0, 0).name(NAME).u16(Type.A).u16(DClass.IN);
    head.pointer(500).record(Type.A, 5, four);
    head.pointer(QUESTION_END + 16).record(Type.A, 5, four);
    head.pointer(12).record(Type.AAAA, 5, four);
    assertThat(inspect(head.done())).isEqualTo(Verdict.UNRELATED);
  }

  @Test
  void moreRecordsThanAMessageHoldsAreTooDear() {
    byte[] four = {10, 52, 0, 1};
    Packet p = Packet.header(1, 0x8400, 1, 65_535, 65_535, 65_535).name(NAME).u16(1).u16(1);
    assertThat(inspect(p.pointer(12).record(1, 5, four).done())).isEqualTo(Verdict.TOO_COMPLEX);
  }

  /** 64 KiB in which each name is a chain of pointers, given to everything that is followed. */
  @ParameterizedTest
  @ValueSource(ints = {Type.A, Type.CNAME, Type.SRV})
  void chainsOfPointersAreGivenUp(int type) {
    int pointers = 120;
    int asked = type == Type.SRV ? type : Type.A;
    Packet p = Packet.header(1, 0x8400, 1, 0, 0, 0).name(NAME).u16(asked).u16(DClass.IN);
    int chain = QUESTION_END + 12;
    Packet links = part().pointer(12);
    for (int i = 1; i < pointers; i++) {
      links.pointer(chain + 2 * (i - 1));
    }
    p.pointer(12).record(Type.NULL, 5, links.done());
    int last = chain + 2 * (pointers - 1);
    byte[] data =
        switch (type) {
          case Type.A -> new byte[] {10, 52, 0, 1};
          case Type.SRV -> part().octets(new byte[6]).pointer(last).done();
          default -> part().pointer(last).done();
        };
    int records = 1;
    // Two owners by turns, so that no two in a row are the same.
    while (p.length() + 12 + data.length < 65_535 && records < Reply.MOST_RECORDS) {
      p.pointer(last - 2 * (records++ % 2)).record(type, 5, data);
    }
    byte[] m = p.done();
    Octets.put16(m, 6, records);
    assertThat(inspect(m)).isIn(Verdict.TOO_COMPLEX, Verdict.ALIAS_LOOP);
  }

  /** As many records as a message holds are within the budget, whatever type they are of. */
  @Test
  void afullMessageIsWithinTheBudget() {
    Packet p = Packet.header(1, 0x8400, 1, 0, 0, 0).name(NAME).u16(Type.A).u16(DClass.IN);
    int records = 0;
    for (; p.length() + 16 <= 65_535 - 11; records++) {
      p.pointer(12).record(Type.A, 5, new byte[] {10, 52, (byte) (records >> 8), (byte) records});
    }
    byte[] m = p.opt(1232, 0, 0, new byte[0]).done();
    Octets.put16(m, 6, records);
    Octets.put16(m, 10, 1);
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.found()).as("as many as leave room for OPT").isBetween(records - 8, records);
    assertThat(reply.bodyEnd()).isLessThanOrEqualTo(ReplyWriter.BODY_END);
  }

  @Test
  void everyPrefixOfAReplyIsMalformed() {
    Message m =
        message(
            Records.cname(NAME, 60, "a.mn.internal"), Records.a("a.mn.internal", 5, "10.52.0.1"));
    with(m, Section.AUTHORITY, Records.soa("mn.internal", 5, 1, 5));
    with(m, Section.ADDITIONAL, new OPTRecord(1232, 0, 0));
    byte[] wire = m.toWire();
    for (int length = QUESTION_END; length < wire.length; length++) {
      byte[] cut = Arrays.copyOf(wire, length);
      assertThat(inspect(cut)).as("%d octets", length).isEqualTo(Verdict.MALFORMED);
      assertThat(reply.inspect(wire, length, QUESTION_END, BOUNDS)).isEqualTo(Verdict.MALFORMED);
    }
    assertThat(inspect(wire)).isEqualTo(Verdict.BELIEVED);
  }

  // Runs: what may be rotated.

  /** Owners that lean on each other in the message each stand for themselves in the body. */
  @Test
  void addressesCanBeRotatedHoweverTheirOwnersWereCompressed() {
    byte[] wire =
        Packet.header(1, 0x8400, 1, 2, 0, 0)
            .name(NAME)
            .u16(Type.A)
            .u16(DClass.IN)
            .name(NAME)
            .record(1, 5, new byte[] {10, 52, 0, 1})
            .pointer(QUESTION_END)
            .record(1, 5, new byte[] {10, 52, 0, 2})
            .done();
    assertThat(inspect(wire)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.runCount()).isEqualTo(2);
    assertThat(reply.runAt() + 2 * reply.runStride()).isEqualTo(reply.bodyEnd());
  }

  @Test
  void onlyAddressesAreARun() {
    Message m = message(Records.txt(NAME, 5, "x"), Records.txt(NAME, 5, "y"));
    m.removeAllRecords(Section.QUESTION);
    m.addRecord(Record.newRecord(Records.name(NAME), Type.TXT, DClass.IN), Section.QUESTION);
    assertThat(inspect(m)).isEqualTo(Verdict.BELIEVED);
    assertThat(reply.found()).isEqualTo(2);
    assertThat(reply.runCount()).isZero();
  }

  // Another implementation as oracle.

  @Test
  void ofRandomMessagesThatIsBelievedWhichAPlainReadingOfTheRuleBelieves() {
    Random random = new Random(4);
    int answered = 0;
    for (int round = 0; round < 5_000; round++) {
      Message m = randomMessage(random);
      Verdict verdict = inspect(m);
      List<Record> expected = expected(m);
      if (verdict == Verdict.BELIEVED) {
        assertThat(believed().getSection(Section.ANSWER)).as("%s", m).isEqualTo(expected);
        assertThat(reply.ttlCount()).isEqualTo(reply.answers() + reply.authorities());
        answered += reply.found();
      } else {
        assertThat(verdict).isIn(Verdict.UNRELATED, Verdict.ALIAS_LOOP);
      }
    }
    assertThat(answered).isGreaterThan(1_000);
  }

  /** The rule again, over records as objects. */
  private static List<Record> expected(Message m) {
    List<Record> all = m.getSection(Section.ANSWER);
    List<Record> chain = new ArrayList<>();
    Name at = m.getQuestion().getName();
    while (true) {
      Name owner = at;
      Optional<Record> alias =
          all.stream()
              .filter(r -> r.getType() == Type.CNAME && r.getName().equals(owner))
              .findFirst();
      if (alias.isEmpty() || chain.size() > AliasChain.MOST) {
        break;
      }
      chain.add(alias.get());
      at = ((CNAMERecord) alias.get()).getTarget();
      if (!at.subdomain(Records.name("mn.internal"))) {
        return chain;
      }
    }
    Name end = at;
    if (m.getHeader().getRcode() == Rcode.NOERROR) {
      all.stream()
          .filter(r -> r.getType() == Type.A && r.getName().equals(end))
          .filter(r -> !chain.contains(r)) // whatever its TTL
          .forEach(chain::add);
    }
    return chain;
  }

  static Message randomMessage(Random random) {
    Message m = message();
    m.getHeader().setRcode(random.nextInt(8) == 0 ? Rcode.NXDOMAIN : Rcode.NOERROR);
    List<String> hosts = List.of(NAME, "h1.svc.mn.internal", "h2.svc.mn.internal", "h.example.com");
    for (int n = random.nextInt(12); n > 0; n--) {
      String owner = hosts.get(random.nextInt(hosts.size()));
      long ttl = random.nextInt(100_000);
      Record r =
          switch (random.nextInt(6)) {
            case 0, 1 -> Records.a(owner, ttl, "10.52." + random.nextInt(8) + ".1");
            case 2 -> Records.cname(owner, ttl, hosts.get(random.nextInt(hosts.size())));
            case 3 -> Records.srv(owner, ttl, 80, "y.svc.mn.internal");
            case 4 -> Records.txt(owner, ttl, "t".repeat(random.nextInt(200)));
            default -> Records.soa("mn.internal", ttl, 1, 5);
          };
      m.addRecord(r, Section.ANSWER + (random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0));
    }
    return m;
  }

  @Test
  void aNameIsComparedByItsLabelsNotByItsText() {
    // The label "a.mn" below "internal": in text it looks like the name a.mn.internal.
    byte[] wire =
        Packet.header(1, 0x8400, 1, 1, 0, 0)
            .name(NAME)
            .u16(Type.A)
            .u16(DClass.IN)
            .label("a.mn")
            .label("internal")
            .u8(0)
            .record(1, 5, new byte[] {10, 52, 0, 1})
            .done();
    assertThat(inspect(wire)).isEqualTo(Verdict.UNRELATED);
    assertThat(Name.fromConstantString("a\\.mn.internal.").labels()).isEqualTo(3);
  }
}
