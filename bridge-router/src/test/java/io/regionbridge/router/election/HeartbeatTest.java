package io.regionbridge.router.election;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  @Test
  void whatIsEncodedIsDecoded() {
    for (Heartbeat sign :
        new Heartbeat[] {
          new Heartbeat.Question(-7, "node-a"),
          new Heartbeat.Answer(Long.MAX_VALUE, report(Standing.SEEING)),
          new Heartbeat.Answer(3, report(Standing.CANDIDATE)),
          new Heartbeat.Answer(0, report(Standing.UNFIT))
        }) {
      assertThat(Heartbeat.decode(ByteBuffer.wrap(sign.encoded()))).contains(sign);
    }
  }

  @Test
  void anAnswerOfAnOlderVersionHasNoAge() {
    byte[] older = Arrays.copyOf(new Heartbeat.Answer(1, report(Standing.SEEING)).encoded(), 13);
    assertThat(Heartbeat.decode(ByteBuffer.wrap(older)))
        .contains(new Heartbeat.Answer(1, new Heartbeat.Report(Standing.SEEING, Duration.ZERO)));
  }

  @Test
  void anAgeThatDoesNotFitIsTheOldest() {
    Heartbeat.Report old = new Heartbeat.Report(Standing.SEEING, Duration.ofDays(3));
    assertThat(Heartbeat.decode(ByteBuffer.wrap(new Heartbeat.Answer(1, old).encoded())))
        .contains(
            new Heartbeat.Answer(
                1, new Heartbeat.Report(Standing.SEEING, Duration.ofMillis(65_535))));
  }

  @Test
  void anAnswerIsNoLongerThanItsQuestion() {
    assertThat(new Heartbeat.Answer(1, report(Standing.CANDIDATE)).encoded())
        .hasSizeLessThanOrEqualTo(new Heartbeat.Question(1, "n1").encoded().length);
  }

  @Test
  void otherDatagramsSayNothing() {
    assertThat(Heartbeat.decode(ByteBuffer.allocate(0))).isEmpty();
    assertThat(Heartbeat.decode(ByteBuffer.allocate(64))).isEmpty();
    byte[] unknownKind = new Heartbeat.Answer(1, report(Standing.CANDIDATE)).encoded();
    unknownKind[4] = 9;
    assertThat(Heartbeat.decode(ByteBuffer.wrap(unknownKind))).isEmpty();
    byte[] noText = new Heartbeat.Question(1, "node-a").encoded();
    noText[14] = -1;
    assertThat(Heartbeat.decode(ByteBuffer.wrap(noText))).isEmpty();
    byte[] tooLong = Arrays.copyOf(noText, Heartbeat.MOST_OCTETS + 1);
    assertThat(Heartbeat.decode(ByteBuffer.wrap(tooLong))).isEmpty();
  }

  private static Heartbeat.Report report(Standing standing) {
    return new Heartbeat.Report(standing, Duration.ofMillis(70));
  }

  @FuzzTest
  void anyDatagramIsDecodedOrRefused(byte[] datagram) {
    Optional<Heartbeat> decoded = Heartbeat.decode(ByteBuffer.wrap(datagram));
    decoded.ifPresent(
        sign -> assertThat(Heartbeat.decode(ByteBuffer.wrap(sign.encoded()))).contains(sign));
  }
}
