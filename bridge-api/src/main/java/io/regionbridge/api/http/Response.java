package io.regionbridge.api.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The response to a {@link Request}. */
public sealed interface Response {
  /**
   * A whole response.
   *
   * @param body must not be changed any more
   */
  @SuppressWarnings("ArrayRecordComponent") // made to be sent, never compared
  record Content(int status, String mediaType, byte[] body, Map<String, String> headers)
      implements Response {
    public Content {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * Server-sent events, one at once and then one each period, until the client leaves.
   *
   * @param event makes the data of the next event, one line; called on the server's thread
   */
  record Events(Supplier<byte[]> event, Duration period) implements Response {}

  /**
   * A body without end, in pieces that are made when they can be sent.
   *
   * @param source called on the server's thread only
   * @param heartbeat how often something is sent even if nothing is new
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
       * @param news to be run, on any thread, when {@link #next} may have more
       * @param leave ends the stream to make room; to be run on any thread
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
   * A whole response that is not ready. Later requests on the same connection wait; others do not.
   *
   * @param content completed by any thread with what makes the content on the server's thread. A
   *     failure becomes an internal error
   * @param atMost how long to wait before the client gets an error
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
