package io.regionbridge.api.feed;

import io.regionbridge.api.http.MediaType;
import io.regionbridge.api.http.Problem;
import io.regionbridge.api.http.Response;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.feed.FeedChunk;
import io.regionbridge.router.feed.FeedCursor;
import io.regionbridge.router.feed.FeedLog;
import io.regionbridge.router.feed.PeerDirectory;
import io.regionbridge.router.feed.Position;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves the local directory, as peers get it, to whoever follows it. Each reader costs a position
 * and what its socket holds; one that is slow gets what there is when it reads again.
 *
 * <p>{@link #publish} belongs to one thread, the rest to any.
 */
public final class DirectoryServer {
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** Keys of changes that are remembered: what 20 s of 100 changes a second come to. */
  private static final int REMEMBERED = 2000;

  /** Readers at once: two bridges of each of 64 peers. */
  private static final int MOST_READERS = 128;

  private final FeedLog log;
  private final PeerDirectory given = new PeerDirectory();
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private volatile FeedCursor.Terms terms = new FeedCursor.Terms("", "", Duration.ZERO);

  /**
   * Serves nothing before the directory is complete.
   *
   * @param id a random number: positions of other servers are none of this one's
   */
  public DirectoryServer(long id) {
    log = new FeedLog(id, REMEMBERED);
  }

  /**
   * The directory is this one now.
   *
   * @param directory all of it, a later snapshot of the same source
   * @param rule what peers get of it
   * @return the directory as peers get it
   */
  public Directory publish(Directory directory, PeerDirectory.Rule rule, FeedCursor.Terms now) {
    boolean news = !now.equals(terms);
    terms = now;
    Directory toPeers = given.of(directory, rule);
    news |= log.publish(toPeers);
    if (news) {
      readers.forEach(reader -> reader.news.run());
    }
    return toPeers;
  }

  /** How many readers there are. */
  public int readers() {
    return readers.size();
  }

  /**
   * The feed for one more reader.
   *
   * @param since the position that it goes on from; none, or an unknown one: from the beginning
   */
  public Response feed(Optional<String> since) {
    if (!log.begun()) {
      return Problem.unavailable("the directory of this region is not loaded yet", List.of());
    }
    if (readers.size() >= MOST_READERS) {
      return Problem.unavailable("too many readers follow the directory", List.of());
    }
    FeedCursor cursor = new FeedCursor(log, () -> terms, since.flatMap(Position::parse));
    return new Response.Stream(MediaType.LINES, new Reader(cursor), HEARTBEAT);
  }

  private final class Reader implements Response.Stream.Source {
    private final FeedCursor cursor;
    private Runnable news = () -> {};

    Reader(FeedCursor cursor) {
      this.cursor = cursor;
    }

    @Override
    public Optional<Response.Stream.Piece> next() {
      return cursor.next().map(Chunk::new);
    }

    @Override
    public Optional<Response.Stream.Piece> heartbeat() {
      return cursor.heartbeat().map(Chunk::new);
    }

    @Override
    public void begin(Runnable whenNews) {
      news = whenNews;
      readers.add(this);
    }

    @Override
    public void end() {
      readers.remove(this);
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
