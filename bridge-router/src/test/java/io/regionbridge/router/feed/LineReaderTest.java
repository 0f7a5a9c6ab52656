package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LineReaderTest {
  /** What has come, chunk by chunk: a read brings one of them at most, and none waits. */
  private static final class Chunks extends InputStream {
    private final Deque<byte[]> chunks = new ArrayDeque<>();
    private int at;

    @Override
    public int read() {
      byte[] one = new byte[1];
      read(one, 0, 1);
      return Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] buffer, int from, int length) {
      byte[] first = chunks.element(); // a read that would wait fails
      int count = Math.min(length, first.length - at);
      System.arraycopy(first, at, buffer, from, count);
      at += count;
      if (at == first.length) {
        chunks.remove();
        at = 0;
      }
      return count;
    }

    @Override
    public int available() {
      return chunks.stream().mapToInt(chunk -> chunk.length).sum() - at;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void allThatHasComeIsReadWithoutWaiting(boolean zipped) throws Exception {
    Chunks chunks = new Chunks();
    List<String> written = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OutputStream to = zipped ? new GZIPOutputStream(out, 512, true) : out;
    for (int i = 0; i < 300; i++) {
      String line = "line %d of some octets".formatted(i);
      written.add(line);
      to.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      to.flush();
      chunks.chunks.add(out.toByteArray());
      out.reset();
    }
    LineReader lines = new LineReader(zipped ? new Unzipped(chunks) : chunks);
    assertThat(readAll(lines)).isEqualTo(written);
    assertThat(lines.isReady()).isFalse();
  }

  @Test
  void aLineLongerThanTheBufferIsReadWhole() throws Exception {
    Chunks chunks = new Chunks();
    String line = "x".repeat(100_000);
    chunks.chunks.add((line + "\nshort\n").getBytes(StandardCharsets.UTF_8));
    assertThat(readAll(new LineReader(chunks))).containsExactly(line, "short");
  }

  private static List<String> readAll(LineReader lines) throws IOException, MalformedFeedException {
    List<String> read = new ArrayList<>();
    while (lines.isReady()) {
      lines.more();
      while (lines.next()) {
        read.add(new String(lines.buffer(), lines.from(), lines.length(), StandardCharsets.UTF_8));
      }
    }
    return read;
  }
}
