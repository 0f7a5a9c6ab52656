package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.router.directory.Interned;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Whatever a peer sends, it is read, refused or the end of the feed, and memory is given back. */
final class FeedFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void anyOctets(byte[] octets) throws IOException {
    ReplicaMemory memory = new ReplicaMemory(1 << 20);
    FeedDecoder decoder = new FeedDecoder(new Interned());
    try (ReplicaBuilder builder =
        new ReplicaBuilder("mn", "mn.internal", service -> service, memory)) {
      LineReader lines = new LineReader(new ByteArrayInputStream(octets));
      int more;
      do {
        while (lines.next()) {
          builder.take(decoder.decode(lines.buffer(), lines.from(), lines.length()));
          assertThat(memory.taken()).isBetween(0L, memory.limit());
        }
        more = lines.more();
      } while (more >= 0);
    } catch (MalformedFeedException | ReplicaBuilder.DoesNotFitException e) {
      assertThat(e).message().isNotBlank();
    }
    assertThat(memory.taken()).isZero();
  }
}
