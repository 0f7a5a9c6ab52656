package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.feed.FeedLog.Reading;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One reader's way through a {@link FeedLog}: all of it or what changed since a position, then
 * changes as they come. A reader that falls behind gets each Service as it is when its turn comes,
 * and one that falls behind further than the log reaches starts over.
 *
 * <p>Keeps no lines: between two calls it holds a position, and a snapshot while that is not sent.
 * Used by one thread.
 */
final class FeedCursor {
  /** A chunk is cut when it has so many octets. */
  private static final int CHUNK = 32 * 1024;

  /** Changes of so many Services are encoded once for all readers. */
  private static final int SHARED = 256;

  private final FeedLog log;
  private final Supplier<Terms> terms;
  private Optional<Position> reached;
  private @Nullable Terms sentTerms;
  private @Nullable Walk walk;

  /**
   * What the first line says of the region.
   *
   * @param domain without final dot
   * @param ttl of its names: whole seconds
   */
  record Terms(String region, String domain, Duration ttl) {}

  /** Services on their way to the reader. */
  private record Walk(Reading reading, Iterator<ServiceKey> keys) {}

  /**
   * At the beginning of a feed.
   *
   * @param terms as they are now; asked again with each chunk
   * @param since where the reader got to before, if it did
   */
  FeedCursor(FeedLog log, Supplier<Terms> terms, Optional<Position> since) {
    this.log = log;
    this.terms = terms;
    this.reached = since;
  }

  /** The next lines to send; empty if there is nothing that the reader does not know. */
  Optional<FeedChunk> next() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Walk going = walk;
    if (going == null) {
      Optional<Reading> read = log.read(reached);
      if (read.isEmpty()) {
        return Optional.empty();
      }
      Reading reading = read.get();
      Optional<Set<ServiceKey>> changed = reading.changed();
      Terms now = terms.get();
      if (changed.isEmpty() || !now.equals(sentTerms)) {
        sentTerms = now;
        FeedEncoder.write(
            new FeedRecord.Start(
                FeedLimits.VERSION, now.region(), now.domain(), now.ttl(), changed.isEmpty()),
            out);
      } else if (changed.get().isEmpty()) {
        return Optional.empty();
      } else if (changed.get().size() <= SHARED) {
        FeedChunk chunk = log.shared(reached.orElseThrow(), reading);
        reached = Optional.of(reading.position());
        return Optional.of(chunk);
      }
      going =
          new Walk(
              reading,
              changed
                  .<Collection<ServiceKey>>map(keys -> keys)
                  .orElseGet(() -> keys(reading.directory()))
                  .iterator());
      walk = going;
    }
    Directory directory = going.reading().directory();
    while (going.keys().hasNext() && out.size() < CHUNK) {
      FeedEncoder.write(directory, going.keys().next(), out);
    }
    if (!going.keys().hasNext()) {
      walk = null;
      reached = Optional.of(going.reading().position());
      FeedEncoder.write(new FeedRecord.Current(going.reading().position()), out);
    }
    return Optional.of(new FeedChunk(out.toByteArray()));
  }

  /** What tells the reader that nothing has changed; empty while something is on its way to it. */
  Optional<FeedChunk> heartbeat() {
    return walk == null && sentTerms != null ? reached.map(log::heartbeat) : Optional.empty();
  }

  private static Collection<ServiceKey> keys(Directory directory) {
    List<ServiceKey> keys = new ArrayList<>(directory.services());
    directory.forEach(service -> keys.add(service.key()));
    return keys;
  }
}
