package io.regionbridge.router.feed;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.ServiceKey;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory that peers get, and which Services changed in each of its last generations. Keeps
 * keys, not Services: a reader that is behind gets each Service as it is now, however often it
 * changed meanwhile.
 *
 * <p>Thread-safe.
 */
final class FeedLog {
  /** A generation and the keys that changed in it. */
  private record Change(long generation, Set<ServiceKey> keys) {}

  private final long id;
  private final int mostKeys;
  private final Deque<Change> changes = new ArrayDeque<>();
  private int keptKeys;
  private Directory directory = Directory.EMPTY;
  private long generation;
  private volatile @Nullable Shared shared;
  private volatile @Nullable Shared heartbeat;

  /**
   * Creates a log of a directory that is not complete.
   *
   * @param id a random number that no other log has
   * @param mostKeys keys to keep: readers that are further behind start over
   */
  FeedLog(long id, int mostKeys) {
    this.id = id;
    this.mostKeys = mostKeys;
  }

  /**
   * Sets the directory. Nothing is served before it is complete once. Returns whether it differs.
   */
  synchronized boolean publish(Directory next) {
    if (!next.complete() && generation == 0) {
      return false;
    }
    Set<ServiceKey> keys = next.changes(directory);
    if (keys.isEmpty() && generation > 0) {
      return false;
    }
    boolean first = generation == 0;
    directory = next;
    generation++;
    if (!first) {
      changes.addLast(new Change(generation, keys));
      keptKeys += keys.size();
      while (keptKeys > mostKeys) {
        keptKeys -= changes.removeFirst().keys().size();
      }
    }
    return true;
  }

  /** Whether there is anything to read: not before the directory was complete once. */
  synchronized boolean begun() {
    return generation > 0;
  }

  /** The directory, and what changed in it after a position; empty before it was complete once. */
  synchronized Optional<Reading> read(Optional<Position> since) {
    return begun()
        ? Optional.of(
            new Reading(directory, new Position(id, generation), since.flatMap(this::changed)))
        : Optional.empty();
  }

  private Optional<Set<ServiceKey>> changed(Position since) {
    if (since.log() != id || since.generation() > generation) {
      return Optional.empty();
    }
    long oldest = changes.isEmpty() ? generation : changes.getFirst().generation() - 1;
    if (since.generation() < oldest) {
      return Optional.empty();
    }
    Set<ServiceKey> keys = new LinkedHashSet<>();
    for (Change change : changes) {
      if (change.generation() > since.generation()) {
        keys.addAll(change.keys());
      }
    }
    return Optional.of(keys);
  }

  /**
   * The lines for what a reading says that changed: made once for all who are at the same place.
   */
  FeedChunk shared(Position from, Reading reading) {
    Shared known = shared;
    if (known != null && known.from().equals(from) && known.to().equals(reading.position())) {
      return known.chunk();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ServiceKey key : reading.changed().orElseThrow()) {
      FeedEncoder.write(reading.directory(), key, out);
    }
    FeedEncoder.write(new FeedRecord.Current(reading.position()), out);
    FeedChunk chunk = new FeedChunk(out.toByteArray());
    shared = new Shared(from, reading.position(), chunk);
    return chunk;
  }

  /** The line that says that nothing has changed since a position. */
  FeedChunk heartbeat(Position position) {
    Shared known = heartbeat;
    if (known != null && known.to().equals(position)) {
      return known.chunk();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FeedEncoder.write(new FeedRecord.Current(position), out);
    FeedChunk chunk = new FeedChunk(out.toByteArray());
    heartbeat = new Shared(position, position, chunk);
    return chunk;
  }

  /** Lines that several readers get. */
  private record Shared(Position from, Position to, FeedChunk chunk) {}

  /**
   * A directory at its position.
   *
   * @param changed keys that changed since the position that was asked about; empty if that is
   *     unknown
   */
  record Reading(Directory directory, Position position, Optional<Set<ServiceKey>> changed) {}
}
