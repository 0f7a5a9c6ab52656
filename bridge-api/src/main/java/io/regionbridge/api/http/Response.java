package io.regionbridge.api.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What is given for a {@link Request}. */
public sealed interface Response {
  /**
   * All of it at once.
   *
   * @param status of HTTP
   * @param mediaType of the body
   * @param body not to be changed any more
   * @param headers more of them
   */
  @SuppressWarnings("ArrayRecordComponent") // made to be sent, never compared
  record Content(int status, String mediaType, byte[] body, Map<String, String> headers)
      implements Response {
    /** Copies the headers. */
    public Content {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * Server-sent events for as long as the client listens: one at once, then one each period.
   *
   * @param event makes the data of the next event, one line; called on the server's thread
   */
  record Events(Supplier<byte[]> event, Duration period) implements Response {}

  /**
   * All of it, but not yet. Requests that follow on the same connection wait; others do not, nor
   * does the server's thread.
   *
   * @param content completed by any thread with what makes the content, which the server's thread
   *     calls: whoever completes it is not kept. A failure is answered as an internal error
   * @param atMost how long to wait for it; then the client is told that it did not come
   */
  record Later(CompletionStage<Supplier<Content>> content, Duration atMost) implements Response {}

  /** A body that is fine. */
  static Content ok(String mediaType, byte[] body) {
    return new Content(200, mediaType, body, Map.of());
  }

  /** A line of text that is fine. */
  static Content text(String line) {
    return ok(MediaType.TEXT, (line + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
