package io.regionbridge.router.election;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SignOfLifeTest {
  @Test
  void whatIsEncodedIsDecoded() {
    for (SignOfLife sign :
        new SignOfLife[] {
          new SignOfLife.Question(-7, "node-a"),
          new SignOfLife.Answer(Long.MAX_VALUE, said(Standing.SEEING)),
          new SignOfLife.Answer(3, said(Standing.CANDIDATE)),
          new SignOfLife.Answer(0, said(Standing.UNFIT))
        }) {
      assertThat(SignOfLife.decode(ByteBuffer.wrap(sign.encoded()))).contains(sign);
    }
  }

  @Test
  void anAnswerOfAnOlderVersionHasNoAge() {
    byte[] older = Arrays.copyOf(new SignOfLife.Answer(1, said(Standing.SEEING)).encoded(), 13);
    assertThat(SignOfLife.decode(ByteBuffer.wrap(older)))
        .contains(new SignOfLife.Answer(1, new SignOfLife.Said(Standing.SEEING, Duration.ZERO)));
  }

  @Test
  void anAgeThatDoesNotFitIsTheOldest() {
    SignOfLife.Said old = new SignOfLife.Said(Standing.SEEING, Duration.ofDays(3));
    assertThat(SignOfLife.decode(ByteBuffer.wrap(new SignOfLife.Answer(1, old).encoded())))
        .contains(
            new SignOfLife.Answer(
                1, new SignOfLife.Said(Standing.SEEING, Duration.ofMillis(65_535))));
  }

  @Test
  void anAnswerIsNoLongerThanItsQuestion() {
    assertThat(new SignOfLife.Answer(1, said(Standing.CANDIDATE)).encoded())
        .hasSizeLessThanOrEqualTo(new SignOfLife.Question(1, "n1").encoded().length);
  }

  @Test
  void otherDatagramsSayNothing() {
    assertThat(SignOfLife.decode(ByteBuffer.allocate(0))).isEmpty();
    assertThat(SignOfLife.decode(ByteBuffer.allocate(64))).isEmpty();
    byte[] unknownKind = new SignOfLife.Answer(1, said(Standing.CANDIDATE)).encoded();
    unknownKind[4] = 9;
    assertThat(SignOfLife.decode(ByteBuffer.wrap(unknownKind))).isEmpty();
    byte[] noText = new SignOfLife.Question(1, "node-a").encoded();
    noText[14] = -1;
    assertThat(SignOfLife.decode(ByteBuffer.wrap(noText))).isEmpty();
    byte[] tooLong = Arrays.copyOf(noText, SignOfLife.MOST_OCTETS + 1);
    assertThat(SignOfLife.decode(ByteBuffer.wrap(tooLong))).isEmpty();
  }

  private static SignOfLife.Said said(Standing standing) {
    return new SignOfLife.Said(standing, Duration.ofMillis(70));
  }

  @FuzzTest
  void anyDatagramIsDecodedOrRefused(byte[] datagram) {
    Optional<SignOfLife> decoded = SignOfLife.decode(ByteBuffer.wrap(datagram));
    decoded.ifPresent(
        sign -> assertThat(SignOfLife.decode(ByteBuffer.wrap(sign.encoded()))).contains(sign));
  }
}
