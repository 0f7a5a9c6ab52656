package io.regionbridge.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import io.regionbridge.api.http.Router.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Whatever octets a client sends, in whatever pieces: whole responses come back, in the order of
 * the requests, each error a problem (RFC 9457), and then perhaps the end. Nothing is thrown,
 * logged or kept.
 *
 * <p>To search for more: {@code .ci/fuzz}.
 */
final class HttpFuzzTest {
  private static final Pattern HEAD =
      Pattern.compile(
          "HTTP/1\\.1 ([1-5]\\d\\d) [ -~]+\r\n((?:[-!#$%&'*+.^_`|~\\w]+: [ -~]*\r\n)*)\r\n");
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)\r\n");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ListAppender<ILoggingEvent> LOGGED = new ListAppender<>();
  private static final Router ROUTER =
      new Router(
          Map.of(
              "/",
              Route.of(MediaType.TEXT, r -> Response.text("query " + r.query())),
              "/z",
              Route.of(MediaType.TEXT, _ -> Response.text("z".repeat(3000))),
              "/w",
              Route.of(MediaType.JSON, r -> Response.ok(MediaType.JSON, new byte[] {'1'}))
                  .writable(),
              "/l",
              Route.of(
                  MediaType.TEXT,
                  _ ->
                      new Response.Later(
                          CompletableFuture.completedFuture(() -> Response.text("later")),
                          Duration.ofSeconds(1))),
              "/n",
              Route.of(
                  MediaType.TEXT,
                  _ -> new Response.Later(new CompletableFuture<>(), Duration.ofSeconds(1))),
              "/e",
              Route.of(
                  MediaType.EVENTS,
                  _ -> new Response.Events(() -> new byte[] {'e'}, Duration.ofSeconds(1)))));

  @BeforeAll
  static void listen() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    LOGGED.start();
    ((Logger) LoggerFactory.getLogger("io.regionbridge.api.http")).addAppender(LOGGED);
  }

  @AfterAll
  static void deafen() {
    ((Logger) LoggerFactory.getLogger("io.regionbridge.api.http")).detachAppender(LOGGED);
  }

  static Stream<byte[]> seeds() {
    String host = " HTTP/1.1\r\nHost: a\r\n";
    return Stream.of(
            "GET /" + host + "\r\n",
            "HEAD /w" + host + "\r\nGET /?a=b&c" + host + "\r\n",
            "GET /l" + host + "\r\nGET /" + host + "\r\nHEAD /l" + host + "\r\n",
            "GET /n" + host + "\r\nGET /" + host + "\r\n",
            "GET /e" + host + "\r\nGET /" + host + "\r\n",
            "GET /z" + host + "Accept-Encoding: br, gzip;q=0.5, *\r\n\r\n",
            "GET /e HTTP/1.0\r\n\r\n",
            "HEAD /e" + host + "\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/2.0\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET / ICE/1.0\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET http://b/w" + host + "\r\n",
            "GET http://b" + host + "\r\n",
            "OPTIONS *" + host + "\r\n",
            "OPTIONS /" + host + "\r\n",
            "TRACE /" + host + "\r\n",
            "CONNECT a:443" + host + "\r\n\u0016\u0003\u0001",
            "GET /%zz%" + host + "\r\n",
            "GET /%ff%00?%c3%28=%f0" + host + "\r\n",
            "GET /\u00ff\u0080" + host + "\r\n",
            "PUT /w" + host + "Content-Length: 3\r\n\r\nabcGET /" + host + "\r\n",
            "PUT /w" + host + "Content-Length: 5000\r\n\r\nabc",
            "PUT /w" + host + "Content-Length: -1\r\n\r\n",
            "PUT /w" + host + "Content-Length: 3, 4\r\n\r\nabcd",
            "PUT /w" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            "PUT /w" + host + "Content-Length: +3\r\n\r\nabc",
            "PUT /w" + host + "Content-Length: 99999999999999999999\r\n\r\nabc",
            "PUT /w" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
            "PUT /w" + host + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            "PUT /w" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "PUT /w" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "PUT /w"
                + host
                + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "PUT /w" + host + "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
            "PUT /w HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "PUT /w" + host + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\nabc",
            "PUT /w" + host + "Transfer-Encoding: chunked\r\n\r\n3;a=b\nabc\r\n0\r\n\r\n",
            "PUT /w" + host + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            "PUT /w" + host + "Expect: 200-ok\r\nContent-Length: 3\r\n\r\nabc",
            "GET /" + host + "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            "GET /" + host + "Host : b\r\n\r\n",
            "GET /" + host + " folded\r\n\r\n",
            "GET /" + host + "X: a\rb\r\n\r\n",
            "GET /" + host + "X\u0000: a\r\n\r\n",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\n\n",
            "\r\n\r\nGET /" + host + "\r\n",
            "GET /" + "a".repeat(5000) + host + "\r\n",
            "GET /" + host + "X: " + "a".repeat(9000) + "\r\n\r\n",
            "GET /" + host + "Accept: text/*;q=0, */*;q=0.5;q=x\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003")
        .map(text -> text.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void seeded(byte[] input) throws IOException {
    anyOctets(input);
    for (int piece = 1; piece < 8; piece += 3) {
      inPieces(input, piece);
    }
  }

  @EnabledIfEnvironmentVariable(
      named = "JAZZER_FUZZ",
      matches = "1",
      disabledReason = "the seeds are tested without the fuzzer; JAZZER_FUZZ=1 searches for more")
  @MethodSource("seeds")
  @FuzzTest(maxDuration = "2m")
  void anyOctets(byte[] input) throws IOException {
    String whole = inPieces(input, input.length + 1);
    int piece = input.length == 0 ? 1 : 1 + (input[input.length - 1] & 0x3F);
    assertThat(heads(inPieces(input, piece)))
        .as("status codes, in pieces of %d", piece)
        .isEqualTo(heads(whole));
  }

  /** What is answered to octets that come in pieces of one size. */
  private static String inPieces(byte[] input, int piece) throws IOException {
    Connections connections = new Connections(1);
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    HttpPipeline.add(
        channel.pipeline(), ROUTER, connections, new ProtocolErrorLog(), ClientTimeouts.DEFAULTS);
    channel.pipeline().fireChannelActive();
    List<ByteBuf> taken = new ArrayList<>();
    for (int at = 0; at < input.length && channel.isOpen(); at += piece) {
      int length = Math.min(piece, input.length - at);
      ByteBuf sent = Unpooled.copiedBuffer(input, at, length);
      taken.add(sent);
      channel.writeInbound(sent);
      answerAll(channel);
    }
    // Whatever came, there is an end: the client is waited for, and the response, for so long.
    for (int i = 0; i < 40 && channel.isOpen(); i++) {
      channel.advanceTimeBy(1, TimeUnit.SECONDS);
      answerAll(channel);
      if (i == 5 && channel.isOpen()) {
        boolean streams = text(channel.outboundMessages().toArray()).contains("text/event-stream");
        if (streams) {
          var _ = channel.close();
        }
      }
    }
    assertThat(channel.isOpen()).as("open after 40 s of silence").isFalse();
    channel.checkException();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object message = channel.readOutbound();
        message != null;
        message = channel.readOutbound()) {
      ByteBuf buffer = (ByteBuf) message;
      buffer.readBytes(out, buffer.readableBytes());
      buffer.release(); // Netty's constants are never let go of
    }
    assertThat(channel.finish()).as("something was left").isFalse();
    assertThat(taken).as("let go of").allMatch(sent -> sent.refCnt() == 0);
    assertThat(connections.open()).isZero();
    assertThat(LOGGED.list).isEmpty();
    String responses = out.toString(ISO_8859_1);
    check(responses);
    return responses;
  }

  /** Until nothing is left to do at this moment: there is one response a turn. */
  private static void answerAll(EmbeddedChannel channel) {
    do {
      channel.runPendingTasks();
    } while (channel.runScheduledPendingTasks() == 0);
  }

  private static String text(Object[] messages) {
    StringBuilder text = new StringBuilder();
    for (Object message : messages) {
      text.append(((ByteBuf) message).toString(ISO_8859_1));
    }
    return text.toString();
  }

  /** The status codes, one after the other. */
  private static List<String> heads(String responses) {
    return HEAD.matcher(responses).results().map(m -> m.group(1)).toList();
  }

  /** One whole response after the other. */
  private static void check(String responses) throws IOException {
    int at = 0;
    Matcher head = HEAD.matcher(responses);
    while (at < responses.length()) {
      assertThat(head.region(at, responses.length()).lookingAt()).as(responses).isTrue();
      int status = Integer.parseInt(head.group(1));
      String fields = head.group(2);
      at = head.end();
      if (status == 100) {
        continue;
      }
      assertThat(fields).contains("content-type: ", "cache-control: no-store\r\n");
      if (fields.contains("text/event-stream")) {
        return; // to the end of the connection
      }
      assertThat(fields.contains("application/problem+json")).as(fields).isEqualTo(status >= 400);
      assertThat(fields.toLowerCase(Locale.ROOT).contains("allow: "))
          .as(fields)
          .isEqualTo(status == 405);
      Matcher length = LENGTH.matcher(fields);
      assertThat(length.find()).as(fields).isTrue();
      int end = at + Integer.parseInt(length.group(1));
      boolean withoutBody = responses.startsWith("HTTP/1.1 ", at) || at == responses.length();
      if (withoutBody) {
        continue; // of HEAD
      }
      assertThat(end).as("whole").isLessThanOrEqualTo(responses.length());
      if (status >= 400) {
        JsonNode problem = JSON.readTree(responses.substring(at, end).getBytes(ISO_8859_1));
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).isEqualTo("about:blank");
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
      }
      at = end;
    }
  }
}
