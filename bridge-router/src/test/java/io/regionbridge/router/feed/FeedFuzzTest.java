package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.regionbridge.router.directory.Interned;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Whatever a peer sends, it is read, refused or the end of the feed, and memory is given back. */
final class FeedFuzzTest {
  private static final byte[] HEAD =
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private static final int MOST_READS = 100_000;

  @FuzzTest(maxDuration = "30s")
  void anyLines(byte[] octets) throws IOException {
    read(new ByteArrayInputStream(octets)::read);
  }

  /** The first octet says how the others are cut, and whether a proper head comes before them. */
  @FuzzTest(maxDuration = "30s")
  void anyResponse(byte[] octets) throws IOException {
    int cut = octets.length == 0 ? 0 : octets[0];
    Pieces pieces = new Pieces();
    if (cut < 0) {
      pieces.add(HEAD);
    }
    int size = 1 + (cut & 0x3f);
    for (int at = 1; at < octets.length; at += size) {
      pieces.add(Arrays.copyOfRange(octets, at, Math.min(octets.length, at + size)));
    }
    pieces.end();
    try (FeedStream stream = new FeedStream(pieces)) {
      read((to, at, length) -> {
        stream.refill();
        int count = stream.read(to, at, length);
        assertThat(count).isLessThanOrEqualTo(length);
        return count;
      });
    }
  }

  private static void read(LineReader.Source source) throws IOException {
    ReplicaMemory memory = new ReplicaMemory(1 << 20);
    FeedDecoder decoder = new FeedDecoder(new Interned());
    try (ReplicaBuilder builder =
        new ReplicaBuilder("mn", "mn.internal", service -> service, memory)) {
      LineReader lines = new LineReader(source);
      int reads = 0;
      do {
        while (lines.next()) {
          builder.take(decoder.decode(lines.buffer(), lines.from(), lines.length()));
          assertThat(memory.taken()).isBetween(0L, memory.limit());
        }
        assertThat(++reads).as("reads").isLessThan(MOST_READS);
      } while (lines.more() >= 0);
    } catch (MalformedFeedException | ReplicaBuilder.DoesNotFitException e) {
      assertThat(e).message().isNotBlank();
    }
    assertThat(memory.taken()).isZero();
  }
}
