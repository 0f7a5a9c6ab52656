package io.regionbridge.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.DNSInput;
import org.xbill.DNS.Name;
import org.xbill.DNS.WireParseException;

class NamesTest {
  private static final int AT = 12;

  /** A message of zeros for a header and these octets after it. */
  private static Packet message(Packet packet) {
    return Packet.part().octets(new byte[AT]).octets(packet.done());
  }

  record Case(String what, Packet message, int at, int skipped, int expanded) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Case> names() {
    Packet longest = Packet.part();
    for (int i = 0; i < 3; i++) {
      longest.label("x".repeat(63));
    }
    Packet exactly255 = message(Packet.part().octets(longest.done()).label("y".repeat(61)).u8(0));
    Packet of256 = message(Packet.part().octets(longest.done()).label("y".repeat(62)).u8(0));
    Packet ones = Packet.part();
    for (int i = 0; i < 127; i++) {
      ones.label("a");
    }
    Packet most = message(ones.u8(0));
    return Stream.of(
        new Case("the root", message(Packet.part().u8(0)), 12, 13, 1),
        new Case("two labels", message(Packet.part().name("mn.internal")), 12, 25, 13),
        new Case("255 octets", exactly255, 12, 12 + 255, 255),
        new Case("256 octets", of256, 12, 12 + 256, -1),
        new Case("127 labels", most, 12, 12 + 255, 255),
        new Case(
            "a label of 64", message(Packet.part().u8(64).octets(new byte[64]).u8(0)), 12, -1, -1),
        new Case("a reserved label type", message(Packet.part().u8(0x80).u8(0)), 12, -1, -1),
        new Case("nothing", message(Packet.part()), 12, -1, -1),
        new Case("no root", message(Packet.part().label("abc")), 12, -1, -1),
        new Case("a label cut short", message(Packet.part().u8(5).octets('a', 'b')), 12, -1, -1),
        new Case(
            "a pointer to a name",
            message(Packet.part().name("mn.internal").pointer(12)),
            25,
            27,
            13),
        new Case(
            "labels and a pointer",
            message(Packet.part().name("mn.internal").label("a").pointer(12)),
            25,
            29,
            15),
        new Case(
            "a pointer to a pointer",
            message(Packet.part().name("mn.internal").pointer(12).pointer(25)),
            27,
            29,
            13),
        new Case("a pointer to itself", message(Packet.part().pointer(12)), 12, 14, -1),
        new Case(
            "a pointer to its own labels",
            message(Packet.part().label("a").pointer(12)),
            12,
            16,
            -1),
        new Case("a pointer forwards", message(Packet.part().pointer(14).u8(0)), 12, 14, -1),
        new Case(
            "two pointers that lead to each other",
            message(Packet.part().pointer(14).pointer(12)),
            14,
            16,
            -1),
        new Case("a pointer into the header", message(Packet.part().u8(0).pointer(0)), 13, 15, -1),
        new Case(
            "a pointer to its last octet", message(Packet.part().u8(0).pointer(11)), 13, 15, -1),
        new Case(
            "a pointer beyond the end", message(Packet.part().u8(0).pointer(16_000)), 13, 15, -1),
        new Case("half a pointer", message(Packet.part().u8(0).u8(0xC0)), 13, -1, -1),
        new Case(
            "a pointer to a name that pointers make too long",
            message(
                Packet.part()
                    .octets(longest.done())
                    .label("y".repeat(61))
                    .u8(0)
                    .label("a")
                    .pointer(12)),
            12 + 255,
            12 + 259,
            -1));
  }

  @ParameterizedTest
  @MethodSource("names")
  void skippingAndExpanding(Case c) {
    byte[] into = new byte[255];
    byte[] m = c.message.done();
    assertThat(Names.skip(m, c.at, m.length)).isEqualTo(c.skipped);
    assertThat(expand(m, c.at, into)).isEqualTo(c.expanded);
  }

  private static int expand(byte[] m, int at, byte[] into) {
    MessageNames names = new MessageNames();
    names.of(m, m.length);
    int length = names.expand(at, into, 0);
    if (length > 0) {
      assertThat(names.is(at, into, length)).isTrue();
      into[0] ^= 1;
      assertThat(names.is(at, into, length)).isFalse();
      into[0] ^= 1;
    }
    return length;
  }

  /** Thousands of pointers behind each other, in each record anew, would keep a loop busy. */
  @Test
  void readingEndsWithTheBudget() {
    byte[] into = new byte[255];
    for (int pointers : new int[] {1, 128, 5_000}) {
      Packet chain = Packet.part().name("mn.internal").pointer(12);
      for (int i = 1; i < pointers; i++) {
        chain.pointer(25 + 2 * (i - 1));
      }
      byte[] m = message(chain).done();
      MessageNames names = new MessageNames();
      names.of(m, m.length);
      int affordable = MessageNames.STEPS / (pointers + 3);
      for (int i = 0; i < affordable; i++) {
        assertThat(names.expand(m.length - 2, into, 0)).as("%d pointers", pointers).isEqualTo(13);
      }
      assertThat(names.exhausted()).isFalse();
      assertThat(names.is(m.length - 2, into, 13)).isFalse();
      assertThat(names.exhausted()).isTrue();
      names.of(m, m.length);
      assertThat(names.exhausted()).as("the next message").isFalse();
    }
  }

  @Test
  void expandingFoldsCapitalsAndFollowsPointers() {
    byte[] m = message(Packet.part().name("MN.Internal").label("NaTs").pointer(12)).done();
    byte[] into = new byte[255];
    int length = expand(m, 25, into);
    assertThat(Arrays.copyOf(into, length))
        .isEqualTo(Name.fromConstantString("nats.mn.internal.").toWire());
  }

  /** Whatever is expanded at all is what dnsjava makes of it; and random octets end somewhere. */
  @Test
  void expandingAgreesWithAnotherImplementationOnRandomMessages() throws IOException {
    Random random = new Random(7);
    byte[] into = new byte[255];
    int agreed = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] m = new byte[12 + random.nextInt(60)];
      for (int i = 12; i < m.length; i++) {
        int kind = random.nextInt(10);
        m[i] =
            (byte)
                (kind < 5
                    ? random.nextInt(4)
                    : kind < 6 ? 0xC0 : kind < 9 ? 'A' + random.nextInt(40) : random.nextInt(256));
      }
      int at = 12 + random.nextInt(m.length - 11);
      int length = expand(m, at, into);
      if (length > 0) {
        DNSInput in = new DNSInput(m);
        in.jump(at);
        byte[] theirs = new Name(in).toWireCanonical();
        assertThat(Arrays.copyOf(into, length)).as("round %d", round).isEqualTo(theirs);
        assertThat(m.length - in.remaining()).isEqualTo(Names.skip(m, at, m.length));
        agreed++;
      }
    }
    assertThat(agreed).isGreaterThan(2_000);
  }

  @Test
  void expandingRefusesNoWellFormedName() throws WireParseException {
    Random random = new Random(8);
    byte[] into = new byte[255];
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int labels = random.nextInt(20); labels > 0; labels--) {
        text.append("L".repeat(1 + random.nextInt(10))).append(random.nextInt(10)).append('.');
      }
      byte[] name = Name.fromConstantString(text.append("internal.").toString()).toWire();
      byte[] m = message(Packet.part().octets(name)).done();
      int length = expand(m, 12, into);
      assertThat(Arrays.copyOf(into, length))
          .isEqualTo(Name.fromConstantString(text.toString().toLowerCase(Locale.ROOT)).toWire());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mn.internal, mn.internal, true",
    "a.mn.internal, mn.internal, true",
    "a.b.c.mn.internal, mn.internal, true",
    "xmn.internal, mn.internal, false",
    "a.xmn.internal, mn.internal, false",
    "internal, mn.internal, false",
    "., mn.internal, false",
    "mn.internal, ., true",
    "., ., true",
    "mn.internal.org, mn.internal, false",
    "mn.internala, mn.internal, false",
    "a.mn.internal, b.mn.internal, false",
    "aa.mn.internal, a.mn.internal, false",
  })
  void aNameIsWithinAnApexAtLabelBoundariesOnly(String name, String apex, boolean within) {
    byte[] n = Name.fromConstantString(name.equals(".") ? name : name + ".").toWire();
    byte[] a = Name.fromConstantString(apex.equals(".") ? apex : apex + ".").toWire();
    assertThat(Names.within(n, n.length, a)).isEqualTo(within);
  }

  @Test
  void octetsThatLookLikeTheApexInsideALabelAreNotTheApex() throws IOException {
    // One label whose text is the wire form of mn.internal without its root.
    byte[] inner = Name.fromConstantString("mn.internal.").toWire();
    byte[] name = Packet.part().u8(inner.length).octets(inner).u8(0).done();
    assertThat(Names.within(name, name.length, inner)).isFalse();
    byte[] cut = Packet.part().u8(inner.length - 1).octets(inner).done();
    assertThat(new Name(cut).labels()).isEqualTo(2);
    assertThat(Names.within(cut, cut.length, inner)).isFalse();
  }

  @Test
  void equalityLooksAtEveryOctetWhateverTheLength() {
    Random random = new Random(3);
    for (int length = 0; length < 40; length++) {
      byte[] a = new byte[length + 5];
      random.nextBytes(a);
      byte[] b = new byte[length + 9];
      System.arraycopy(a, 2, b, 7, length);
      assertThat(Names.equal(a, 2, b, 7, length)).isTrue();
      for (int i = 0; i < length; i++) {
        b[7 + i] ^= 1;
        assertThat(Names.equal(a, 2, b, 7, length)).as("%d of %d", i, length).isFalse();
        b[7 + i] ^= 1;
      }
    }
  }
}
