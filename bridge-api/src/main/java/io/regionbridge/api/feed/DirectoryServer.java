package io.regionbridge.api.feed;

import io.regionbridge.api.http.MediaType;
import io.regionbridge.api.http.Problem;
import io.regionbridge.api.http.Response;
import io.regionbridge.router.feed.FeedChunk;
import io.regionbridge.router.feed.FeedServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Answers requests for the directory feed with a stream over HTTP. Thread-safe. */
public final class DirectoryServer {
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** Readers at once: two bridges of each of 64 peers. */
  private static final int MOST_READERS = 128;

  private final FeedServer server;

  /**
   * Creates a server.
   *
   * @param server of the feed
   */
  public DirectoryServer(FeedServer server) {
    this.server = server;
  }

  /**
   * The feed for one more reader.
   *
   * @param since the position that it continues from; none, or an unknown one: from the beginning
   */
  public Response feed(Optional<String> since) {
    if (!server.isReady()) {
      return Problem.unavailable("the directory of this region is not loaded yet", List.of());
    }
    if (server.readers() >= MOST_READERS) {
      return Problem.unavailable("too many readers follow the directory", List.of());
    }
    return new Response.Stream(MediaType.LINES, new Source(server.reader(since)), HEARTBEAT);
  }

  private record Source(FeedServer.Reader reader) implements Response.Stream.Source {
    @Override
    public Optional<Response.Stream.Piece> next() {
      return reader.next().map(Chunk::new);
    }

    @Override
    public Optional<Response.Stream.Piece> heartbeat() {
      return reader.heartbeat().map(Chunk::new);
    }

    @Override
    public void begin(Runnable whenNews) {
      reader.begin(whenNews);
    }

    @Override
    public void end() {
      reader.end();
    }
  }

  private record Chunk(FeedChunk chunk) implements Response.Stream.Piece {
    @Override
    public byte[] plain() {
      return chunk.plain();
    }

    @Override
    public byte[] deflated() {
      return chunk.deflated();
    }
  }
}
