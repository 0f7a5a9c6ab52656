package io.regionbridge.dns.wire;

import static io.regionbridge.dns.testing.Replies.cookie;
import static io.regionbridge.dns.testing.Replies.errorCode;
import static io.regionbridge.dns.testing.Replies.errorText;
import static io.regionbridge.dns.testing.Replies.rcode;
import static io.regionbridge.dns.testing.Replies.section;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.dns.testing.Packet;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Replies as written, read back by another implementation. */
class ReplyWriterTest {
  private static final String NAME = "Nats.mn.internal";
  private static final byte[] NO_COOKIE = {};
  private final ReplyWriter writer = new ReplyWriter();
  private final Query query = new Query();

  private Query ask(Packet packet) {
    byte[] octets = packet.done();
    query.parse(octets, octets.length);
    return query;
  }

  private Message finish(int limit, boolean edns) throws IOException {
    return read(writer.finish(limit, edns, false, 0, NO_COOKIE, 0), limit);
  }

  private Message read(int length, int limit) throws IOException {
    assertThat(length).isLessThanOrEqualTo(limit);
    return new Message(Arrays.copyOf(writer.out(), length));
  }

  /** Writes a record owned by the question's name at {@link ReplyWriter#at} and returns its end. */
  private int record(int type, byte[] data) {
    byte[] r = Packet.part().pointer(12).record(type, 5, data).done();
    System.arraycopy(r, 0, writer.out(), writer.at(), r.length);
    return writer.at() + r.length;
  }

  private void answers(int count) {
    for (int i = 0; i < count; i++) {
      writer.answered(record(Type.A, new byte[] {10, 52, 0, (byte) i}), 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // What was asked with, what the reply has: opcode, RD and CD are copied, the rest is ours.
    "0100, 8100",
    "0000, 8000",
    "0110, 8110",
    "07FF, 8110",
    "0010, 8010",
    "0120, 8100",
    "01C0, 8100"
  })
  void flagsOfTheQueryAreCopiedWhereTheReplyHasThem(String asked, String replied)
      throws IOException {
    int flags = Integer.parseInt(asked, 16);
    writer.begin(ask(Packet.header(9, flags, 1, 0, 0, 0).name(NAME).u16(1).u16(1)), 0, 0);
    int length = writer.finish(512, false, false, 0, NO_COOKIE, 0);
    assertThat(Octets.get16(writer.out(), 2)).isEqualTo(Integer.parseInt(replied, 16));
    assertThat(read(length, 512).getHeader().getID()).isEqualTo(9);
  }

  @Test
  void theQuestionComesBackAsItWasWritten() throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.AAAA, 0)), Rcode.NXDOMAIN, ReplyWriter.AA);
    Message reply = finish(512, false);
    assertThat(reply.getQuestion().getName().toString()).isEqualTo(NAME + ".");
    assertThat(rcode(reply)).isEqualTo("NXDOMAIN");
    assertThat(reply.getHeader().getFlag(Flags.AA)).isTrue();
    assertThat(reply.getOPT()).isNull();
  }

  @Test
  void aQuestionThatCouldNotBeReadIsLeftOut() throws IOException {
    writer.begin(ask(Packet.header(9, 0x0100, 1, 0, 0, 0).label("cut")), Rcode.FORMERR, 0);
    Message reply = finish(512, false);
    assertThat(reply.getHeader().getCount(Section.QUESTION)).isZero();
    assertThat(rcode(reply)).isEqualTo("FORMERR");
    assertThat(reply.numBytes()).isEqualTo(12);
  }

  @Test
  void aReplyCanBeginFromAQuestionThatWasKept() throws IOException {
    byte[] question = Packet.part().name(NAME).u16(Type.A).u16(1).done();
    writer.begin(77, 0x0100, question, question.length, Rcode.SERVFAIL, ReplyWriter.RA);
    Message reply = finish(512, false);
    assertThat(reply.getHeader().getID()).isEqualTo(77);
    assertThat(reply.getHeader().getFlag(Flags.RD)).isTrue();
    assertThat(reply.getHeader().getFlag(Flags.RA)).isTrue();
    assertThat(reply.getQuestion().getName().toString()).isEqualTo(NAME + ".");
  }

  @Test
  void sectionsAreCounted() throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), 0, 0);
    answers(3);
    writer.referred(record(Type.TXT, new byte[] {1, 'n'}), 1);
    Message reply = finish(512, true);
    assertThat(section(reply, Section.ANSWER)).hasSize(3);
    assertThat(section(reply, Section.AUTHORITY)).hasSize(1);
    assertThat(section(reply, Section.ADDITIONAL)).isEmpty();
    assertThat(reply.getOPT()).isNotNull();
  }

  @Test
  void asManyWholeRecordsAsFitAreKept() throws IOException {
    byte[] text = new byte[101];
    text[0] = 100;
    for (int limit = 400; limit > 80; limit--) {
      writer.begin(ask(Packet.query(NAME, Type.A, 0)), 0, 0);
      int head = writer.at() + 11;
      answers(5);
      int answered = writer.at() + 11;
      writer.referred(record(Type.TXT, text), 1);
      int all = writer.at() + 11;
      Message reply = finish(limit, true);
      assertThat(reply.getHeader().getFlag(Flags.TC)).as("limit %d", limit).isEqualTo(limit < all);
      assertThat(section(reply, Section.ANSWER)).hasSize(Math.min(5, (limit - head) / 16));
      assertThat(section(reply, Section.AUTHORITY)).hasSize(limit < all ? 0 : 1);
      assertThat(limit < answered || section(reply, Section.ANSWER).size() == 5).isTrue();
      assertThat(reply.getOPT()).isNotNull();
    }
  }

  /** Names that came with a reply are compressed in ways that are not ours. */
  @Test
  void recordsOfAnyOwnerAreCutWhole() throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), 0, 0);
    byte[] r =
        Packet.part()
            .label("a")
            .pointer(12)
            .record(Type.TXT, 5, new byte[] {1, 'x'})
            .name("b.mn.internal")
            .record(Type.TXT, 5, new byte[] {1, 'y'})
            .done();
    System.arraycopy(r, 0, writer.out(), writer.at(), r.length);
    int end = writer.at() + r.length;
    writer.answered(end, 2);
    Message reply = finish(end - 1, false);
    assertThat(section(reply, Section.ANSWER)).containsExactly("a.Nats.mn.internal. 5 IN TXT x");
  }

  /** Who asks over TCP cannot ask anywhere else. */
  @Test
  void whatDoesNotFitTcpIsLeftOutWithoutTruncation() throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), 0, 0);
    answers((ReplyWriter.MAX_MESSAGE - writer.at()) / 16);
    Message reply = finish(ReplyWriter.MAX_MESSAGE, true);
    assertThat(reply.getHeader().getFlag(Flags.TC)).isFalse();
    assertThat(section(reply, Section.ANSWER)).hasSizeGreaterThan(4_000);
  }

  @Test
  void ednsIsAnsweredWithEdns() throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), 0, 0);
    Message reply = read(writer.finish(512, true, true, 0, NO_COOKIE, 0), 512);
    OPTRecord opt = Objects.requireNonNull(reply.getOPT());
    assertThat(opt.getVersion()).isZero();
    assertThat(opt.getPayloadSize()).isEqualTo(1232);
    assertThat(opt.getFlags()).isEqualTo(ExtendedFlags.DO);
    assertThat(opt.getOptions()).isEmpty();
    writer.begin(query, 0, 0);
    assertThat(Objects.requireNonNull(finish(512, true).getOPT()).getFlags()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {Rcode.BADVERS, Rcode.BADCOOKIE, 2047})
  void anRcodeOfMoreThanFourBitsIsSplit(int rcode) throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), rcode, 0);
    Message reply = read(writer.finish(512, true, false, rcode, NO_COOKIE, 0), 512);
    assertThat(reply.getRcode()).isEqualTo(rcode);
  }

  @Test
  void cookiesAndExplanationsAreOptions() throws IOException {
    byte[] cookie = new byte[24];
    for (int i = 0; i < cookie.length; i++) {
      cookie[i] = (byte) (i + 1);
    }
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), Rcode.SERVFAIL, 0);
    writer.explain(Explanation.of(22, "no reachable gateway of region mn"));
    Message reply = read(writer.finish(512, true, false, 0, cookie, 24), 512);
    assertThat(Objects.requireNonNull(cookie(reply)).getClientCookie())
        .isEqualTo(Arrays.copyOf(cookie, 8));
    assertThat(Objects.requireNonNull(cookie(reply)).getServerCookie())
        .hasValue(Arrays.copyOfRange(cookie, 8, 24));
    assertThat(errorCode(reply)).isEqualTo(22);
    assertThat(errorText(reply)).isEqualTo("no reachable gateway of region mn");
  }

  @Test
  void anExplanationIsForgottenWithItsReplyAndDroppedWhenThereIsNoRoom() throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), Rcode.SERVFAIL, 0);
    writer.explain(new Explanation(3, new byte[500], null));
    assertThat(errorCode(finish(512, true))).as("no room").isEqualTo(-1);
    writer.begin(query, Rcode.SERVFAIL, 0);
    writer.explain(Explanation.of(3, ""));
    assertThat(errorCode(finish(512, true))).isEqualTo(3);
    writer.begin(query, Rcode.SERVFAIL, 0);
    assertThat(errorCode(finish(512, true))).as("of the next reply").isEqualTo(-1);
    writer.begin(query, Rcode.SERVFAIL, 0);
    writer.explain(Explanation.of(3, ""));
    assertThat(finish(512, false).getOPT()).as("without EDNS").isNull();
  }

  @ParameterizedTest
  @CsvSource({"0, 468", "26, 468", "27, 936", "100, 1232"})
  void aPaddedReplyHasAFullBlockAsFarAsTheClientTakesIt(int answers, int length)
      throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), 0, 0);
    answers(answers > 50 ? 73 : answers);
    writer.pad();
    Message reply = finish(1232, true);
    assertThat(reply.numBytes()).isEqualTo(length);
    writer.begin(query, 0, 0);
    assertThat(finish(1232, true).numBytes()).as("the next reply").isLessThan(468);
  }

  @Test
  void aFullMessageFitsTcp() throws IOException {
    writer.begin(ask(Packet.query(NAME, Type.A, 0)), 0, 0);
    answers((ReplyWriter.MAX_MESSAGE - 11 - writer.at()) / 16);
    Message reply = finish(ReplyWriter.MAX_MESSAGE, true);
    assertThat(reply.getHeader().getFlag(Flags.TC)).isFalse();
    assertThat(section(reply, Section.ANSWER)).hasSizeGreaterThan(4_000);
  }
}
