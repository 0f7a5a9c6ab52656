package io.regionbridge.api.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.regionbridge.api.http.Router.Route;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a client is waited for, by a clock that the test holds. */
final class ClientTimeoutsTest {
  private static final String GET = "GET /text HTTP/1.1\r\nHost: a\r\n\r\n";

  private final EmbeddedChannel channel = new EmbeddedChannel();

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "",
        "GET /",
        "GET /text HTTP/1.1\r\nHost: a\r\nX: ",
        "GET /text HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n",
        "GET /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
      })
  void anOctetNowAndThenDoesNotMakeItLonger(String begin) {
    open();
    send(begin);
    for (int second = 0; second < 15; second++) {
      assertThat(channel.isOpen()).as("open after %d s", second).isTrue();
      pass(second == 14 ? 999 : 1000);
      send(begin.isEmpty() ? "" : "a");
    }
    assertThat(channel.isOpen()).as("open after 14,999 ms").isTrue();
    pass(1);
    assertThat(channel.isOpen()).as("open after 15 s").isFalse();
    assertThat(answered()).as("response to half a request").isEmpty();
  }

  @Test
  void aResponseBeginsTheWaitingAnew() {
    open();
    for (int i = 0; i < 5; i++) {
      pass(14_000);
      send(GET);
      assertThat(answered()).startsWith("HTTP/1.1 200 OK");
    }
    pass(14_999);
    assertThat(channel.isOpen()).isTrue();
    pass(1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void whoReadsNoEventsIsGivenUpAndWhoReadsAgainIsNot() {
    open();
    send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(answered()).contains("data: e");
    for (int i = 0; i < 3; i++) {
      readable(false);
      pass(1000); // there should be an event now
      pass(8000);
      assertThat(channel.isOpen()).isTrue();
      assertThat(answered()).as("events for who reads none").isEmpty();
      readable(true);
      pass(1000);
      assertThat(answered()).contains("data: e");
    }
    readable(false);
    pass(1000);
    pass(9999);
    assertThat(channel.isOpen()).isTrue();
    pass(1);
    assertThat(channel.isOpen()).isFalse();
  }

  private void readable(boolean yes) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, yes);
  }

  private void open() {
    channel.freezeTime();
    Router router =
        new Router(
            Map.of(
                "/text",
                Route.of(MediaType.TEXT, _ -> Response.text("t")),
                "/events",
                Route.of(
                    MediaType.EVENTS,
                    _ -> new Response.Events(() -> new byte[] {'e'}, Duration.ofSeconds(1)))));
    HttpPipeline.add(
        channel.pipeline(),
        router,
        new Connections(1),
        new ProtocolErrorLog(),
        ClientTimeouts.DEFAULTS);
    channel.pipeline().fireChannelActive();
  }

  private void send(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
    pass(0);
  }

  private void pass(int millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runPendingTasks();
  }

  private String answered() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      text.append(part.toString(US_ASCII));
      part.release();
    }
    return text.toString();
  }
}
