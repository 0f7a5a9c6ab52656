package io.regionbridge.dns.wire;

import static io.regionbridge.dns.testing.Packet.part;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.net.AddressSet;
import io.regionbridge.dns.net.Prefix;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.testing.Records;
import io.regionbridge.dns.wire.Reply.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
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
          return addresses.containsIpv4(ipv4);
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
    assertThat(inspect(m)).isEqualTo(Verdict.CLEAN);
    assertThat(reply.rcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(reply.answers() + reply.authorities() + reply.additionals()).isZero();
    assertThat(reply.bodyAt()).isEqualTo(QUESTION_END);
    assertThat(reply.bodyEnd()).isEqualTo(QUESTION_END);
    assertThat(reply.additionalAt()).isEqualTo(QUESTION_END);
    assertThat(reply.ttlCount()).isZero();
    assertThat(reply.negativeTtl()).isEqualTo(-1);
    assertThat(reply.runCount()).isZero();
  }

  @Test
  void placesOfTtlsSectionsAndRunsAreFound() {
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
    byte[] wire = m.toWire();
    assertThat(inspect(wire)).isEqualTo(Verdict.CLEAN);
    assertThat(List.of(reply.answers(), reply.authorities(), reply.additionals()))
        .containsExactly(4, 1, 1);
    assertThat(IntStream.range(0, reply.ttlCount()).map(i -> Octets.get32(wire, reply.ttlAt(i))))
        .containsExactly(60, 30, 20, 40, 99, 77);
    assertThat(reply.minTtl()).isEqualTo(20);
    assertThat(reply.runCount()).isEqualTo(3);
    assertThat(reply.runStride()).isEqualTo(16);
    int third = reply.runAt() + 2 * reply.runStride();
    assertThat(Octets.get32(wire, third + 6)).isEqualTo(40);
    assertThat(reply.bodyEnd()).isEqualTo(wire.length);
    assertThat(
            Octets.get32(
                wire,
                reply.additionalAt()
                    + Names.skip(wire, reply.additionalAt(), wire.length)
                    - reply.additionalAt()
                    + 4))
        .isEqualTo(77);
  }

  @Test
  void optAtTheEndIsLeftOutOfTheBody() {
    Message m = message(Records.a(NAME, 5, "10.52.0.1"));
    byte[] without = m.toWire();
    with(m, Section.ADDITIONAL, new OPTRecord(1232, 0, 0));
    byte[] wire = m.toWire();
    assertThat(inspect(wire)).isEqualTo(Verdict.CLEAN);
    assertThat(reply.bodyEnd()).isEqualTo(without.length);
    assertThat(reply.additionals()).isZero();
    assertThat(reply.additionalAt()).isEqualTo(without.length);
    assertThat(reply.ttlCount()).as("OPT has flags where others have a TTL").isOne();
  }

  @Test
  void optAmongAdditionalRecordsHasToBeFilteredOut() {
    Message m = message(Records.a(NAME, 5, "10.52.0.1"));
    with(m, Section.ADDITIONAL, new OPTRecord(1232, 0, 0), Records.a(NAME, 5, "10.52.0.2"));
    assertThat(inspect(m)).isEqualTo(Verdict.FOREIGN_RECORDS);
    assertThat(reply.additionals()).isOne();
  }

  @Test
  void theUpperBitsOfTheRcodeAreInOpt() {
    Message m = message();
    m.getHeader().setRcode(Rcode.BADCOOKIE & 0xF);
    with(m, Section.ADDITIONAL, new OPTRecord(1232, Rcode.BADCOOKIE >> 4, 0));
    assertThat(inspect(m)).isEqualTo(Verdict.CLEAN);
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
    assertThat(inspect(wire)).isEqualTo(Verdict.CLEAN);
    assertThat(Arrays.copyOfRange(wire, reply.cookieAt(), reply.cookieAt() + reply.cookieLength()))
        .isEqualTo(cookie);
    assertThat(inspect(message())).isEqualTo(Verdict.CLEAN);
    assertThat(reply.cookieLength()).as("of the next reply").isZero();
  }

  @Test
  void theNegativeTimeIsTheLessOfTheSoasTtlAndItsMinimum() {
    for (long[] times : new long[][] {{30, 5, 5}, {5, 30, 5}, {0, 30, 0}, {30, 0, 0}}) {
      Message m = message();
      m.getHeader().setRcode(Rcode.NXDOMAIN);
      with(m, Section.AUTHORITY, Records.soa("mn.internal", times[0], 1, times[1]));
      assertThat(inspect(m)).isEqualTo(Verdict.CLEAN);
      assertThat(reply.negativeTtl()).isEqualTo(times[2]);
    }
    assertThat(inspect(message(Records.soa("mn.internal", 30, 1, 5)))).isEqualTo(Verdict.CLEAN);
    assertThat(reply.negativeTtl()).as("an SOA in the answer says nothing").isEqualTo(-1);
  }

  @Test
  void aTtlWithTheHighestBitCountsAsZero() {
    byte[] wire = message(Records.a(NAME, 5, "10.52.0.1")).toWire();
    wire[QUESTION_END + 6] = (byte) 0x80;
    assertThat(inspect(wire)).isEqualTo(Verdict.CLEAN);
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
    return Stream.of(
        new Case(
            "the apex's own record",
            message(good, Records.a("mn.internal", 5, "10.52.0.2")),
            Verdict.CLEAN),
        new Case(
            "an owner in capitals",
            message(Records.a("A.MN.INTERNAL", 5, "10.52.0.2")),
            Verdict.CLEAN),
        new Case(
            "a sibling of the apex",
            message(good, Records.a("internal", 5, "10.52.0.2")),
            Verdict.FOREIGN_RECORDS),
        new Case(
            "an owner that ends alike",
            message(good, Records.a("xmn.internal", 5, "10.52.0.2")),
            Verdict.FOREIGN_RECORDS),
        new Case(
            "the root", message(good, Records.a(".", 5, "10.52.0.2")), Verdict.FOREIGN_RECORDS),
        new Case(
            "a foreign SOA",
            with(message(), Section.AUTHORITY, Records.soa("example.com", 5, 1, 5)),
            Verdict.FOREIGN_RECORDS),
        new Case(
            "foreign glue",
            with(message(good), Section.ADDITIONAL, Records.a("ns.example.com", 5, "10.52.0.2")),
            Verdict.FOREIGN_RECORDS),
        new Case(
            "another class",
            message(
                good,
                Record.newRecord(Records.name(NAME), Type.TXT, DClass.CH, 5, new byte[] {1, 'x'})),
            Verdict.FOREIGN_RECORDS),
        new Case(
            "an address outside",
            message(good, Records.a(NAME, 5, "10.53.0.1")),
            Verdict.FOREIGN_ADDRESS),
        new Case(
            "an address outside, in additional",
            with(message(good), Section.ADDITIONAL, Records.a("b.mn.internal", 5, "1.1.1.1")),
            Verdict.FOREIGN_ADDRESS),
        new Case(
            "an IPv6 address within", message(Records.aaaa(NAME, 5, "fd52::1")), Verdict.CLEAN),
        new Case(
            "an IPv6 address outside",
            message(Records.aaaa(NAME, 5, "fd53::1")),
            Verdict.FOREIGN_ADDRESS),
        new Case(
            "IPv4 in an AAAA, within the IPv4 range",
            message(
                Record.newRecord(
                    Records.name(NAME),
                    Type.AAAA,
                    DClass.IN,
                    5,
                    part().octets(new byte[10]).u16(0xFFFF).octets(10, 52, 0, 1).done())),
            Verdict.CLEAN),
        new Case(
            "a foreign owner's address outside is dropped with its owner",
            message(good, Records.a("www.example.com", 5, "1.1.1.1")),
            Verdict.FOREIGN_RECORDS),
        new Case(
            "both: the address weighs more",
            message(Records.a("www.example.com", 5, "10.52.0.1"), Records.a(NAME, 5, "1.1.1.1")),
            Verdict.FOREIGN_ADDRESS),
        new Case(
            "an alias may point anywhere",
            message(Records.cname(NAME, 5, "www.example.com")),
            Verdict.CLEAN),
        new Case(
            "SRV, MX, PTR, TXT",
            message(
                Records.srv(NAME, 5, 80, "b.mn.internal"),
                Records.txt(NAME, 5, "x"),
                new MXRecord(Records.name(NAME), DClass.IN, 5, 10, Records.name("c.mn.internal"))),
            Verdict.CLEAN));
  }

  @ParameterizedTest
  @MethodSource("ownersAndAddresses")
  void whoMayOwnRecordsAndWhereAddressesMayPoint(Case c) {
    assertThat(inspect(c.message)).isEqualTo(c.verdict);
  }

  record Bad(String what, UnaryOperator<Packet> records, int an, int ns, int ar) {
    Bad(String what, UnaryOperator<Packet> answer) {
      this(what, answer, 1, 0, 0);
    }

    byte[] message() {
      Packet head = Packet.header(1, 0x8400, 1, an, ns, ar).name(NAME).u16(Type.A).u16(DClass.IN);
      return records.apply(head).done();
    }

    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Bad> malformed() {
    byte[] four = {10, 52, 0, 1};
    byte[] root = {0};
    return Stream.of(
        new Bad("a record that is not there", p -> p),
        new Bad("an octet too many", p -> p.pointer(12).record(1, 5, four).u8(0)),
        new Bad("an octet of junk, no records", p -> p.u8(0), 0, 0, 0),
        new Bad("an owner that points forwards", p -> p.pointer(500).record(1, 5, four)),
        new Bad("an owner that points at itself", p -> p.pointer(QUESTION_END).record(1, 5, four)),
        new Bad("an owner cut short", p -> p.u8(9).octets('a')),
        new Bad("a record cut behind its owner", p -> p.pointer(12)),
        new Bad("a record cut before its length", p -> p.pointer(12).u16(1).u16(1).u32(5).u8(0)),
        new Bad(
            "data longer than the message",
            p -> p.pointer(12).u16(1).u16(1).u32(5).u16(5).octets(four)),
        new Bad("an A of three octets", p -> p.pointer(12).record(1, 5, new byte[3])),
        new Bad("an A of five octets", p -> p.pointer(12).record(1, 5, new byte[5])),
        new Bad("an A of none", p -> p.pointer(12).record(1, 5, new byte[0])),
        new Bad("an AAAA of four octets", p -> p.pointer(12).record(28, 5, four)),
        new Bad("an AAAA of seventeen octets", p -> p.pointer(12).record(28, 5, new byte[17])),
        new Bad("a CNAME without a name", p -> p.pointer(12).record(5, 5, new byte[0])),
        new Bad("a CNAME with junk behind", p -> p.pointer(12).record(5, 5, new byte[] {0, 0})),
        new Bad(
            "a CNAME that leaves its data",
            p -> p.pointer(12).u16(5).u16(1).u32(5).u16(2).u8(1).octets('a', 0)),
        new Bad(
            "a CNAME that points at itself",
            p -> p.pointer(12).u16(5).u16(1).u32(5).u16(2).pointer(QUESTION_END + 12)),
        new Bad("an NS cut short", p -> p.pointer(12).record(2, 5, new byte[] {3, 'a'}), 0, 1, 0),
        new Bad("a PTR with a label of 64", p -> p.pointer(12).record(12, 5, new byte[] {64, 0})),
        new Bad("a DNAME without a name", p -> p.pointer(12).record(39, 5, new byte[0])),
        new Bad("an MX of two octets", p -> p.pointer(12).record(15, 5, new byte[2])),
        new Bad("an SRV of six octets", p -> p.pointer(12).record(33, 5, new byte[6])),
        new Bad(
            "an SRV with junk behind",
            p -> p.pointer(12).record(33, 5, part().octets(new byte[6]).name("a").u8(1).done())),
        new Bad("an SOA of two names alone", p -> p.pointer(12).record(6, 5, new byte[2]), 0, 1, 0),
        new Bad("an SOA without its second name", p -> p.pointer(12).record(6, 5, root), 0, 1, 0),
        new Bad(
            "an SOA with four octets too few",
            p -> p.pointer(12).record(6, 5, new byte[2 + 16]),
            0,
            1,
            0),
        new Bad("OPT in the answer", p -> p.opt(1232, 0, 0, new byte[0])),
        new Bad("OPT in authority", p -> p.opt(1232, 0, 0, new byte[0]), 0, 1, 0),
        new Bad(
            "two OPT", p -> p.opt(1232, 0, 0, new byte[0]).opt(1232, 0, 0, new byte[0]), 0, 0, 2),
        new Bad("OPT with half an option", p -> p.opt(1232, 0, 0, new byte[3]), 0, 0, 1),
        new Bad(
            "OPT with an option too long",
            p -> p.opt(1232, 0, 0, new byte[] {0, 10, 0, 1}),
            0,
            0,
            1),
        new Bad(
            "more records announced than any message holds",
            p -> p.pointer(12).record(1, 5, four),
            65_535,
            65_535,
            65_535));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedRepliesAreRecognised(Bad bad) {
    assertThat(inspect(bad.message())).isEqualTo(Verdict.MALFORMED);
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
    assertThat(inspect(wire)).isEqualTo(Verdict.CLEAN);
  }

  // Runs: what may be rotated.

  /** A pointer from one record's owner into another's: to move either would break it. */
  @Test
  void addressesWhoseOwnersLeanOnEachOtherAreNoRun() {
    int first = QUESTION_END;
    byte[] wire =
        Packet.header(1, 0x8400, 1, 2, 0, 0)
            .name(NAME)
            .u16(Type.A)
            .u16(DClass.IN)
            .label("a")
            .pointer(12)
            .record(1, 5, new byte[] {10, 52, 0, 1})
            .label("b")
            .pointer(first + 2)
            .record(1, 5, new byte[] {10, 52, 0, 2})
            .done();
    assertThat(inspect(wire)).isEqualTo(Verdict.CLEAN);
    assertThat(reply.runCount()).isLessThan(2);
  }

  @Test
  void onlyAddressesOfOneOwnerAndOneTypeAreARun() {
    inspect(
        message(
            Records.a("a.mn.internal", 5, "10.52.0.1"),
            Records.a("b.mn.internal", 5, "10.52.0.2")));
    assertThat(reply.runCount()).as("two owners").isLessThan(2);
    inspect(message(Records.a(NAME, 5, "10.52.0.1"), Records.aaaa(NAME, 5, "fd52::1")));
    assertThat(reply.runCount()).as("two types").isLessThan(2);
    inspect(
        message(
            Records.a(NAME, 5, "10.52.0.1"),
            Records.txt(NAME, 5, "x"),
            Records.a(NAME, 5, "10.52.0.2")));
    assertThat(reply.runCount()).as("another between them").isLessThan(2);
    inspect(message(Records.aaaa(NAME, 5, "fd52::1"), Records.aaaa(NAME, 5, "fd52::2")));
    assertThat(reply.runCount()).isEqualTo(2);
    assertThat(reply.runStride()).isEqualTo(28);
  }

  @Test
  void addressesOutsideTheAnswerAreNoRun() {
    Message m = message(Records.txt(NAME, 5, "x"));
    with(m, Section.ADDITIONAL, Records.a(NAME, 5, "10.52.0.1"), Records.a(NAME, 5, "10.52.0.2"));
    inspect(m);
    assertThat(reply.runCount()).isZero();
  }

  // Another implementation as oracle.

  @Test
  void randomWellFormedMessagesAreUnderstoodAsAnotherImplementationDoes() {
    Random random = new Random(4);
    for (int round = 0; round < 2_000; round++) {
      Message m = randomMessage(random);
      byte[] wire = m.toWire();
      Verdict verdict = inspect(wire);
      boolean foreign = false;
      long min = Long.MAX_VALUE;
      int records = 0;
      for (int section = Section.ANSWER; section <= Section.ADDITIONAL; section++) {
        for (Record r : m.getSection(section)) {
          foreign |= !r.getName().subdomain(Records.name("mn.internal"));
          min = Math.min(min, r.getTTL());
          records++;
        }
      }
      assertThat(verdict).as("%s", m).isEqualTo(foreign ? Verdict.FOREIGN_RECORDS : Verdict.CLEAN);
      assertThat(reply.ttlCount()).isEqualTo(records);
      if (records > 0) {
        assertThat(reply.minTtl()).isEqualTo(min);
      }
    }
  }

  static Message randomMessage(Random random) {
    Message m = message();
    for (int n = random.nextInt(12); n > 0; n--) {
      String owner =
          "h" + random.nextInt(5) + (random.nextInt(10) == 0 ? ".example.com" : ".svc.mn.internal");
      long ttl = random.nextInt(100_000);
      Record r =
          switch (random.nextInt(6)) {
            case 0 -> Records.a(owner, ttl, "10.52." + random.nextInt(256) + ".1");
            case 1 -> Records.aaaa(owner, ttl, "fd52::" + random.nextInt(100));
            case 2 -> Records.cname(owner, ttl, "x" + random.nextInt(4) + ".svc.mn.internal");
            case 3 -> Records.srv(owner, ttl, 80, "y.svc.mn.internal");
            case 4 -> Records.txt(owner, ttl, "t".repeat(random.nextInt(200)));
            default -> Records.soa("mn.internal", ttl, 1, 5);
          };
      m.addRecord(r, Section.ANSWER + random.nextInt(3));
    }
    return m;
  }

  // The filter.

  @Test
  void theFilterKeepsWhatThePeerMaySayAndNothingElse() throws IOException {
    Random random = new Random(9);
    int dropped = 0;
    for (int round = 0; round < 1_000; round++) {
      Message m = randomMessage(random);
      m.getHeader().setRcode(random.nextBoolean() ? Rcode.NOERROR : Rcode.NXDOMAIN);
      with(m, Section.ADDITIONAL, new OPTRecord(1232, 0, 0));
      byte[] wire = m.toWire();
      byte[] kept = ReplyFilter.keepOwned(wire, wire.length, BOUNDS);
      assertThat(inspect(kept)).isEqualTo(Verdict.CLEAN);
      Message after = new Message(kept);
      assertThat(after.getHeader().getID()).isEqualTo(m.getHeader().getID());
      assertThat(after.getHeader().getRcode()).isEqualTo(m.getHeader().getRcode());
      assertThat(after.getQuestion()).isEqualTo(m.getQuestion());
      for (int section = Section.ANSWER; section <= Section.ADDITIONAL; section++) {
        List<Record> expected =
            m.getSection(section).stream()
                .filter(r -> r.getType() != Type.OPT)
                .filter(r -> r.getName().subdomain(Records.name("mn.internal")))
                .toList();
        dropped += m.getSection(section).size() - expected.size();
        assertThat(after.getSection(section)).isEqualTo(expected);
      }
    }
    assertThat(dropped).isGreaterThan(1_000);
  }

  /** Names in SRV data go without compression: a full message may grow beyond 65,535 octets. */
  @Test
  void whatTheFilterMakesIsNeverLargerThanAMessage() throws IOException {
    String target = "a-rather-long-label-for-a-service.and-another-one-behind-it.svc.mn.internal";
    Packet p = Packet.header(1, 0x8400, 1, 2_500, 0, 0).name(NAME).u16(Type.A).u16(DClass.IN);
    p.name("www.example.com").record(Type.TXT, 5, new byte[] {1, 'x'});
    int at = p.length() + 12 + 6;
    p.pointer(12).record(Type.SRV, 5, part().octets(new byte[6]).name(target).done());
    for (int i = 2; i < 2_500; i++) {
      p.pointer(12).record(Type.SRV, 5, part().u16(i).u32(0).pointer(at).done());
    }
    byte[] wire = p.done();
    assertThat(wire.length).isLessThan(65_536);
    assertThat(inspect(wire)).isEqualTo(Verdict.FOREIGN_RECORDS);
    byte[] kept;
    try {
      kept = ReplyFilter.keepOwned(wire, wire.length, BOUNDS);
    } catch (IOException tooLarge) {
      assertThat(tooLarge).hasMessageContaining("65535");
      return;
    }
    assertThat(kept.length).isLessThan(65_536);
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
    assertThat(inspect(wire)).isEqualTo(Verdict.FOREIGN_RECORDS);
    assertThat(Name.fromConstantString("a\\.mn.internal.").labels()).isEqualTo(3);
  }
}
