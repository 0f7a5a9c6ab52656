package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FeedStreamTest {
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
  private static final String ZIPPED = "content-encoding: gzip\r\n";

  /** Each line is read when all of it has come, and nothing waits for more. */
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void eachLineIsReadWhenItHasCome(boolean chunked, boolean zipped) throws Exception {
    Pieces pieces = new Pieces();
    pieces.add(head((chunked ? CHUNKED : "") + (zipped ? ZIPPED : "")));
    try (FeedStream stream = new FeedStream(pieces)) {
      LineReader lines = new LineReader(stream);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      OutputStream to = zipped ? new GZIPOutputStream(out, 512, true) : out;
      for (int i = 0; i < 300; i++) {
        to.write(octets("line %d of some octets\n".formatted(i)));
        to.flush();
        byte[] sent = out.toByteArray();
        out.reset();
        byte[] framed = chunked ? chunk(sent) : sent;
        pieces.add(framed);
        assertThat(readAll(lines, stream)).containsExactly("line %d of some octets".formatted(i));
        assertThat(lines.more()).isZero();
      }
      pieces.end();
      stream.refill();
      assertThat(lines.more()).isEqualTo(-1);
      assertThat(stream.status()).isEqualTo(200);
    }
  }

  /** However it is cut, it is the same. */
  @Test
  void piecesOfAnySizeMakeTheSame() throws Exception {
    String text = "%s\n".formatted("x".repeat(70_000)) + "short\n".repeat(1000);
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped, true)) {
      gzip.write(octets(text));
    }
    ByteArrayOutputStream response = new ByteArrayOutputStream();
    response.writeBytes(octets("HTTP/1.1 100 Continue\r\n\r\n"));
    response.writeBytes(head(CHUNKED + ZIPPED));
    byte[] body = zipped.toByteArray();
    Random random = new Random(7);
    for (int at = 0; at < body.length; ) {
      int length = Math.min(body.length - at, 1 + random.nextInt(90));
      response.writeBytes(chunk(Arrays.copyOfRange(body, at, at + length)));
      at += length;
    }
    response.writeBytes(octets("0\r\nlater: 1\r\n\r\n"));
    byte[] all = response.toByteArray();
    for (int size : new int[] {1, 2, 3, 7, 100, 5000, all.length}) {
      Pieces pieces = new Pieces();
      for (int at = 0; at < all.length; at += size) {
        pieces.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + size)));
      }
      pieces.end();
      try (FeedStream stream = new FeedStream(pieces)) {
        assertThat(String.join("\n", readAll(new LineReader(stream), stream)) + "\n")
            .as("pieces of %d", size)
            .isEqualTo(text);
      }
    }
  }

  /** RFC 1952, section 2.3: what may be in a header besides. */
  @Test
  void aHeaderOfGzipMayHaveAllThatItMay() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(octets("a line\n"));
    }
    byte[] plain = out.toByteArray();
    Pieces pieces = new Pieces();
    pieces.add(head(ZIPPED));
    byte[] start = Arrays.copyOf(plain, 10);
    start[3] = 0x1f; // text, check sum, extra field, name, comment
    pieces.add(start);
    pieces.add(new byte[] {3, 0, 1, 2, 3, 'n', 0, 'c', 'c', 0, 9, 9});
    pieces.add(Arrays.copyOfRange(plain, 10, plain.length));
    try (FeedStream stream = new FeedStream(pieces)) {
      assertThat(readAll(new LineReader(stream), stream)).containsExactly("a line");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1g\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n;1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u001f\u008b\b\0\0\0\0\0\0\0\u00ff\u00ff",
      })
  void whatIsNoSuchResponseEndsTheFeed(String response) {
    assertThatThrownBy(() -> readToEnd(response))
        .isInstanceOf(MalformedFeedException.class)
        .message()
        .doesNotContain("\r", "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nx: ", CHUNKED_BODY})
  void nothingIsKeptWithoutABound(String start) {
    assertThatThrownBy(() -> readToEnd(start + "1".repeat(HttpResponse.HEAD + 1)))
        .isInstanceOf(MalformedFeedException.class)
        .hasMessageContaining("too long");
  }

  private static final String CHUNKED_BODY =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;";

  @Test
  void aResponseThatIsNoFeedHasNoLines() throws Exception {
    assertThat(readToEnd("HTTP/1.1 503 Service Unavailable\r\n\r\nline\n")).isEmpty();
    assertThat(readToEnd("HTTP/1.0 200\r\n\r\nline\n")).containsExactly("line");
    assertThat(readToEnd("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nline\nmore\n"))
        .containsExactly("line");
    assertThat(readToEnd("")).isEmpty();
  }

  private static List<String> readToEnd(String response)
      throws IOException, MalformedFeedException {
    Pieces pieces = new Pieces();
    pieces.add(response.getBytes(StandardCharsets.ISO_8859_1));
    pieces.end();
    try (FeedStream stream = new FeedStream(pieces)) {
      return readAll(new LineReader(stream), stream);
    }
  }

  /** What has come: a read without octets may have taken the head of the response alone. */
  private static List<String> readAll(LineReader lines, FeedStream stream)
      throws IOException, MalformedFeedException {
    List<String> read = new ArrayList<>();
    long heard;
    int count;
    do {
      heard = stream.heard();
      stream.refill();
      count = lines.more();
      while (lines.next()) {
        read.add(new String(lines.buffer(), lines.from(), lines.length(), StandardCharsets.UTF_8));
      }
    } while (count > 0 || count == 0 && stream.heard() > heard);
    return read;
  }

  private static byte[] head(String fields) {
    return octets("HTTP/1.1 200 OK\r\nServer: test\r\n%s\r\n".formatted(fields));
  }

  private static byte[] chunk(byte[] octets) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(octets("%x;x=y\r\n".formatted(octets.length)));
    out.writeBytes(octets);
    out.writeBytes(octets("\r\n"));
    return out.toByteArray();
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
