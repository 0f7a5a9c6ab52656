package io.regionbridge.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.dns.wire.Reply.Verdict;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Whatever a gateway replies: a verdict, never an exception; what is called clean holds nothing
 * foreign in the eyes of another implementation; what the filter leaves is clean.
 *
 * <p>To search for more: {@code .ci/fuzz}.
 */
class ReplyFuzzTest {
  private static final int QUESTION_END = 12 + ReplyTest.NAME.length() + 2 + 4;
  private static final byte[] QUESTION = Arrays.copyOf(ReplyTest.message().toWire(), QUESTION_END);

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
    Verdict verdict = reply.inspect(m, m.length, QUESTION_END, ReplyTest.BOUNDS);
    if (verdict == Verdict.CLEAN) {
      assertThat(reply.bodyEnd()).isBetween(QUESTION_END, m.length);
      assertThat(reply.additionalAt()).isBetween(QUESTION_END, reply.bodyEnd());
      assertThat(reply.runAt() + reply.runCount() * reply.runStride())
          .satisfies(end -> assertThat(reply.runCount() < 2 || end <= m.length).isTrue());
      nothingForeign(m);
    } else if (verdict == Verdict.FOREIGN_RECORDS) {
      filtered(m);
    }
  }

  private static void nothingForeign(byte[] m) {
    Message theirs;
    try {
      theirs = new Message(m);
    } catch (IOException e) {
      // It decodes the data of every type it knows; what only passes through is not our concern.
      return;
    }
    for (int section = Section.ANSWER; section <= Section.ADDITIONAL; section++) {
      for (Record r : theirs.getSection(section)) {
        byte[] owner = r.getName().toWireCanonical();
        assertThat(r.getType() == Type.OPT || ReplyTest.BOUNDS.ownerAllowed(owner, owner.length))
            .as("%s", r)
            .isTrue();
      }
    }
  }

  private void filtered(byte[] m) {
    byte[] kept;
    try {
      kept = ReplyFilter.keepOwned(m, m.length, ReplyTest.BOUNDS);
    } catch (IOException e) {
      // Malformed in a way that only decoding shows: the relay fails the try.
      return;
    }
    assertThat(reply.inspect(kept, kept.length, QUESTION_END, ReplyTest.BOUNDS))
        .isEqualTo(Verdict.CLEAN);
  }
}
