package io.regionbridge.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.dns.testing.Packet;
import io.regionbridge.dns.wire.Query.Verdict;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Message;

/**
 * Whatever the packet: a verdict, never an exception; and what is taken for a query, another
 * implementation takes for one too.
 *
 * <p>To search for more: {@code .ci/fuzz}.
 */
class QueryFuzzTest {
  private final Query query = new Query();
  private final ReplyWriter writer = new ReplyWriter();

  /** Every packet of the tables, whole and cut short. */
  static Stream<byte[]> seeds() {
    return Stream.concat(
            QueryTest.packets().map(c -> c.packet().done()),
            Stream.of(Packet.query("a.mn.internal", 1, 0).done()))
        .flatMap(p -> Stream.of(p, Arrays.copyOf(p, p.length / 2), Arrays.copyOf(p, p.length + 1)));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void seeded(byte[] packet) throws IOException {
    anyPacket(packet);
  }

  @EnabledIfEnvironmentVariable(
      named = "JAZZER_FUZZ",
      matches = "1",
      disabledReason = "the seeds are tested without the fuzzer; JAZZER_FUZZ=1 searches for more")
  @MethodSource("seeds")
  @FuzzTest(maxDuration = "2m")
  void anyPacket(byte[] packet) throws IOException {
    Verdict verdict = query.parse(packet, packet.length);
    if (verdict == Verdict.IGNORE) {
      assertThat(packet.length < Query.HEADER || (packet[2] & 0x80) != 0).isTrue();
      return;
    }
    assertThat(query.questionEnd()).isBetween(Query.HEADER, packet.length);
    assertThat(query.nameLength()).isBetween(0, Query.MAX_NAME);
    assertThat(query.udpSize()).isBetween(Query.CLASSIC_UDP, Query.MAX_UDP);
    if (verdict == Verdict.OK) {
      agrees(packet);
    }
    // Every verdict leads to a reply that can be read.
    writer.begin(query, 1, 0);
    byte[] cookie = new byte[24];
    int length = writer.finish(query.udpSize(), query.edns(), query.dnssecOk(), 0, cookie, 24);
    Message reply = new Message(Arrays.copyOf(writer.out(), length));
    assertThat(reply.getHeader().getID()).isEqualTo(query.id());
    assertThat(length).isLessThanOrEqualTo(Query.CLASSIC_UDP);
  }

  private void agrees(byte[] packet) throws IOException {
    Message theirs;
    try {
      theirs = new Message(packet);
    } catch (IOException e) {
      // It also reads the data of additional records, which mean nothing to us.
      return;
    }
    assertThat(Arrays.copyOf(query.name(), query.nameLength()))
        .isEqualTo(theirs.getQuestion().getName().toWireCanonical());
    assertThat(query.type()).isEqualTo(theirs.getQuestion().getType());
    assertThat(query.labelCount()).isEqualTo(theirs.getQuestion().getName().labels() - 1);
    assertThat(query.edns()).isEqualTo(theirs.getOPT() != null);
  }
}
