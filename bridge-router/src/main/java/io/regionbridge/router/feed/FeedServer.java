package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves the local directory, as peers get it, to the readers that follow it. A reader costs a
 * position; a slow one gets each Service as it is when it reads again.
 *
 * <p>{@link #publish} belongs to one thread, the rest to any.
 */
public final class FeedServer {
  /** Keys of changes to keep: those of 20 s at 100 changes a second. */
  private static final int MOST_KEYS = 2000;

  private final FeedLog log;
  private final PeerDirectory toPeers = new PeerDirectory();
  private final PeerDirectory here = new PeerDirectory();
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private volatile FeedCursor.Terms terms = new FeedCursor.Terms("", "", Duration.ZERO);

  /**
   * Creates a server that serves nothing before the directory is complete.
   *
   * @param id a random number: positions of other servers are unknown to this one
   */
  public FeedServer(long id) {
    log = new FeedLog(id, MOST_KEYS);
  }

  /**
   * Publishes the directory and notifies the readers of changes. Returns it as peers get it, with
   * the addresses that hold within the region.
   *
   * @param directory a later snapshot of the same source
   * @param domain without final dot
   * @param ttl whole seconds
   */
  public Directory publish(
      Directory directory, PeerRule rule, String region, String domain, Duration ttl) {
    FeedCursor.Terms now = new FeedCursor.Terms(region, domain, ttl);
    boolean changed = !now.equals(terms);
    terms = now;
    Directory given = toPeers.of(directory, rule);
    changed |= log.publish(given);
    if (changed) {
      readers.forEach(reader -> reader.onChange.run());
    }
    return rule.aliases().isEmpty() ? given : here.of(directory, rule.unaliased());
  }

  /** Whether there is anything to read: not before the directory was complete once. */
  public boolean isReady() {
    return log.begun();
  }

  /**
   * Creates a reader, which has not begun.
   *
   * @param since the position to continue from; empty or unknown: from the beginning
   */
  public Reader reader(Optional<String> since) {
    return new Reader(new FeedCursor(log, () -> terms, since.flatMap(Position::parse)));
  }

  /** One reader of the feed. Used by one thread. */
  public final class Reader {
    private final FeedCursor cursor;
    private Runnable onChange = () -> {};

    private Reader(FeedCursor cursor) {
      this.cursor = cursor;
    }

    /**
     * Begins to notify the reader.
     *
     * @param changed called when there may be more to read, on the publishing thread; must return
     *     at once
     */
    public void begin(Runnable changed) {
      onChange = changed;
      readers.add(this);
    }

    /** Reads the next lines; empty if there is nothing that the reader does not have. */
    public Optional<FeedChunk> next() {
      return cursor.next();
    }

    /** Reads the line that says that nothing has changed; empty while other lines are due. */
    public Optional<FeedChunk> heartbeat() {
      return cursor.heartbeat();
    }

    /** Ends the notifications. */
    public void end() {
      readers.remove(this);
    }
  }
}
