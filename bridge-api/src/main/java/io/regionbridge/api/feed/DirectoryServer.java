package io.regionbridge.api.feed;

import io.regionbridge.api.http.MediaType;
import io.regionbridge.api.http.Problem;
import io.regionbridge.api.http.Response;
import io.regionbridge.router.feed.FeedChunk;
import io.regionbridge.router.feed.FeedServer;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Answers requests for the directory feed with a stream over HTTP. When there are as many readers
 * as may be, whoever comes takes the place of one whose address has more than its share: so no
 * client keeps others out. Thread-safe.
 */
public final class DirectoryServer {
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** Readers at once: two bridges of each of 64 peers. */
  private static final int MOST_READERS = 128;

  private final FeedServer server;

  /** The eldest first. */
  private final Set<Source> readers = new LinkedHashSet<>();

  /** Creates a server of this feed. */
  public DirectoryServer(FeedServer server) {
    this.server = server;
  }

  /**
   * The feed for one more reader.
   *
   * @param since the position to continue from; empty or unknown: from the beginning
   * @param client its address, without the port
   */
  public Response feed(Optional<String> since, Object client) {
    if (!server.isReady()) {
      return Problem.unavailable("the directory of this region is not loaded yet", List.of());
    }
    if (!hasRoom(client)) {
      return Problem.unavailable("too many readers follow the directory", List.of());
    }
    Source source = new Source(server.reader(since), client);
    return new Response.Stream(MediaType.LINES, source, HEARTBEAT);
  }

  /** Whether one more reader may come from an address; one of another address may have to go. */
  private synchronized boolean hasRoom(Object client) {
    if (readers.size() < MOST_READERS) {
      return true;
    }
    Map<Object, Integer> held = new HashMap<>();
    readers.forEach(reader -> held.merge(reader.client, 1, Integer::sum));
    int share = held.getOrDefault(client, 0) + 1;
    Optional<Source> other =
        readers.stream()
            .filter(reader -> held.getOrDefault(reader.client, 0) > share)
            .max(Comparator.comparingInt(reader -> held.getOrDefault(reader.client, 0)));
    other.ifPresent(reader -> {
      readers.remove(reader);
      reader.leave.run();
    });
    return other.isPresent();
  }

  private synchronized void enter(Source reader) {
    readers.add(reader);
  }

  private synchronized void left(Source reader) {
    readers.remove(reader);
  }

  /** What one reader is sent. */
  private final class Source implements Response.Stream.Source {
    private final FeedServer.Reader reader;
    private final Object client;
    private Runnable leave = () -> {};

    Source(FeedServer.Reader reader, Object client) {
      this.reader = reader;
      this.client = client;
    }

    @Override
    public Optional<Response.Stream.Piece> next() {
      return reader.next().map(Chunk::new);
    }

    @Override
    public Optional<Response.Stream.Piece> heartbeat() {
      return reader.heartbeat().map(Chunk::new);
    }

    @Override
    public void begin(Runnable news, Runnable leaving) {
      leave = leaving;
      enter(this);
      reader.begin(news);
    }

    @Override
    public void end() {
      reader.end();
      left(this);
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
