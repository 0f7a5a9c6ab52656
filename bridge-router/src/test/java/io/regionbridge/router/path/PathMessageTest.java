package io.regionbridge.router.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PathMessageTest {
  private static final PathMessage QUESTION =
      new PathMessage(PathMessage.Kind.QUESTION, 0x0123456789abcdefL, 1252);

  @Test
  void comesBackAsItWasSent() {
    byte[] octets = QUESTION.encoded();
    assertThat(octets).hasSize(1252);
    assertThat(PathMessage.decode(ByteBuffer.wrap(octets))).contains(QUESTION);
    assertThat(PathMessage.decode(ByteBuffer.wrap(QUESTION.answer().encoded())))
        .contains(new PathMessage(PathMessage.Kind.ANSWER, QUESTION.nonce(), 1252));
  }

  @Test
  void anythingElseIsNone() {
    byte[] octets = QUESTION.encoded();
    octets[4] = 2;
    assertThat(PathMessage.decode(ByteBuffer.wrap(octets))).isEmpty();
    assertThat(PathMessage.decode(ByteBuffer.wrap(octets, 0, 12))).isEmpty();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      byte[] noise = new byte[random.nextInt(64)];
      random.nextBytes(noise);
      assertThat(PathMessage.decode(ByteBuffer.wrap(noise))).isEmpty();
    }
  }
}
