package io.regionbridge.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.dns.testing.Structure;
import io.regionbridge.dns.wire.Reply.Verdict;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Whatever a gateway replies: a verdict, never an exception; what is believed is well-formed, and
 * holds nothing foreign in the eyes of another implementation.
 *
 * <p>To search for more: {@code .ci/fuzz}.
 */
class ReplyFuzzTest {
  private static final int QUESTION_END = 12 + ReplyTest.NAME.length() + 2 + 4;
  private static final byte[] QUESTION = Arrays.copyOf(ReplyTest.message().toWire(), QUESTION_END);

  private static final int[] TYPES = {
    Type.A, Type.SRV, Type.A, Type.CNAME, Type.A, Type.ANY, Type.A, Type.SOA, Type.A, Type.TXT
  };

  private final Reply reply = new Reply();

  static Stream<byte[]> seeds() {
    Random random = new Random(16);
    return Stream.of(
            ReplyTest.malformed().map(ReplyTest.Bad::message),
            ReplyTest.ownersAndAddresses().map(c -> c.message().toWire()),
            Stream.generate(() -> ReplyTest.randomMessage(random).toWire()).limit(200))
        .flatMap(s -> s)
        .map(ReplyFuzzTest::withoutQuestion);
  }

  private static byte[] withoutQuestion(byte[] whole) {
    byte[] counts = Arrays.copyOfRange(whole, 6, 12);
    byte[] body = Arrays.copyOfRange(whole, Math.min(QUESTION_END, whole.length), whole.length);
    byte[] both = Arrays.copyOf(counts, 6 + body.length);
    System.arraycopy(body, 0, both, 6, body.length);
    return both;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void seeded(byte[] countsAndBody) {
    anyReply(countsAndBody);
  }

  /** A reply to a fixed question: its record counts and all that follows the question. */
  @EnabledIfEnvironmentVariable(
      named = "JAZZER_FUZZ",
      matches = "1",
      disabledReason = "the seeds are tested without the fuzzer; JAZZER_FUZZ=1 searches for more")
  @MethodSource("seeds")
  @FuzzTest(maxDuration = "2m")
  void anyReply(byte[] countsAndBody) {
    if (countsAndBody.length < 6 || countsAndBody.length > 60_000) {
      return;
    }
    byte[] m = Arrays.copyOf(QUESTION, QUESTION_END + countsAndBody.length - 6);
    System.arraycopy(countsAndBody, 0, m, 6, 6);
    System.arraycopy(countsAndBody, 6, m, QUESTION_END, countsAndBody.length - 6);
    // Half of what is tried asks for another type than addresses.
    Octets.put16(m, QUESTION_END - 4, TYPES[Math.floorMod(countsAndBody[0], TYPES.length)]);
    Verdict verdict = reply.inspect(m, m.length, QUESTION_END, ReplyTest.BOUNDS);
    if (verdict == Verdict.BELIEVED) {
      assertThat(reply.bodyEnd()).isBetween(QUESTION_END, ReplyWriter.MAX_MESSAGE);
      assertThat(reply.runAt() + reply.runCount() * reply.runStride())
          .isLessThanOrEqualTo(reply.bodyEnd());
      wellFormedAndOurs(Octets.get16(m, QUESTION_END - 4));
    }
  }

  private void wellFormedAndOurs(int asked) {
    byte[] body = Arrays.copyOf(reply.octets(), reply.bodyEnd());
    Octets.put16(body, 4, 1);
    Octets.put16(body, 6, reply.answers());
    Octets.put16(body, 8, reply.authorities());
    Octets.put16(body, 10, 0);
    assertThat(Structure.isWhole(body)).isTrue();
    if (asked != Type.A && asked != Type.SRV && asked != Type.CNAME) {
      return; // it decodes the data of every type it knows; what only passes through may be wrong
    }
    Message theirs;
    try {
      theirs = new Message(body);
    } catch (IOException e) {
      throw new AssertionError("the body is malformed", e);
    }
    for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
      for (Record r : theirs.getSection(section)) {
        byte[] owner = r.getName().toWireCanonical();
        assertThat(ReplyTest.BOUNDS.ownerAllowed(owner, owner.length)).as("%s", r).isTrue();
        assertThat(r.getType()).isIn(asked, section == Section.ANSWER ? Type.CNAME : Type.SOA);
        assertThat(!(r instanceof ARecord a) || ReplyTest.BOUNDS.addressAllowed(ipv4(a))).isTrue();
      }
    }
  }

  private static int ipv4(ARecord a) {
    return Octets.get32(a.getAddress().getAddress(), 0);
  }
}
