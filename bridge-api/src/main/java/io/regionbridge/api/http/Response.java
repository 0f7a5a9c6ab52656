package io.regionbridge.api.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
   * A body that goes on for as long as the client reads, in pieces that are made when they can be
   * sent.
   *
   * @param source where the pieces come from; called on the server's thread only
   * @param heartbeat how often something is sent, whether there is anything to say or not
   */
  record Stream(String mediaType, Source source, Duration heartbeat) implements Response {
    /** Pieces of a body, for one client. */
    public interface Source {
      /** The next piece; empty if there is none for the time being. */
      Optional<Piece> next();

      /** Says that there is no news; empty if there is. */
      Optional<Piece> heartbeat();

      /**
       * Called once, before anything else.
       *
       * @param news to be run, on any thread, when {@link #next} may have something again
       * @param leave ends the stream; to be run, on any thread, when the client has to make room
       */
      void begin(Runnable news, Runnable leave);

      /** The client is gone. */
      void end();
    }

    /** A part of a body, in both codings that a client may ask for. */
    public interface Piece {
      /** The octets themselves; not to be changed. */
      byte[] plain();

      /** The same as blocks of DEFLATE that refer to nothing before them; not to be changed. */
      byte[] deflated();
    }
  }

  /**
   * All of it, but not yet. Requests that follow on the same connection wait; others do not, nor
   * does the server's thread.
   *
   * @param content completed by any thread with what makes the content, which the server's thread
   *     calls: whoever completes it is not kept. A failure is answered as an internal error
   * @param atMost how long to wait for it; then the client gets an error
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
