package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.feed.FollowerState.Replica;
import io.regionbridge.router.feed.ReplicaBuilder.DoesNotFitException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends of a feed together, over random histories. */
final class FeedPropertyTest {
  private static final FeedCursor.Terms TERMS =
      new FeedCursor.Terms("mn", "mn.internal", Duration.ofSeconds(5));

  private final ReplicaMemory memory = new ReplicaMemory(64 << 20);
  private final FeedDecoder decoder = new FeedDecoder(new Interned());

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whoeverReadsHasWhatTheServerHas(long seed)
      throws IOException, MalformedFeedException, DoesNotFitException {
    Random random = new Random(seed);
    FeedLog log = new FeedLog(seed, 20);
    Directory directory = Directory.EMPTY.withComplete(true);
    log.publish(directory);
    ReplicaBuilder follower = new ReplicaBuilder("mn", "mn.internal", s -> s, memory);
    FeedCursor cursor = new FeedCursor(log, () -> TERMS, Optional.empty());
    long lastGeneration = 0;
    for (int step = 0; step < 300; step++) {
      switch (random.nextInt(8)) {
        case 0 -> { // the server starts anew, and knows nothing of old positions
          log = new FeedLog(random.nextLong(), 20);
          directory = Directories.changed(directory, random);
          log.publish(directory);
          lastGeneration = 0;
          cursor = reconnect(log, follower);
        }
        case 1 -> cursor = reconnect(log, follower);
        case 2, 3, 4 -> {
          directory = Directories.changed(directory, random);
          log.publish(directory);
        }
        default -> {
          // All of it, or less: then the connection may be lost in the middle of something.
          int chunks = random.nextInt(4);
          boolean rest = random.nextBoolean();
          for (Optional<FeedChunk> chunk = cursor.next();
              chunk.isPresent();
              chunk = cursor.next()) {
            read(chunk.get().plain(), follower);
            if (!rest && chunks-- == 0) {
              break;
            }
          }
          Replica replica = follower.replica().orElseThrow();
          if (rest) {
            assertThat(Directories.content(replica.directory()))
                .isEqualTo(Directories.content(directory));
          }
          assertThat(replica.position().generation()).isGreaterThanOrEqualTo(lastGeneration);
          lastGeneration = replica.position().generation();
        }
      }
    }
    Replica replica = follower.replica().orElseThrow();
    long held = 0;
    for (DirectoryService service : Directories.content(replica.directory()).values()) {
      held += ReplicaMemory.of(service);
    }
    assertThat(memory.taken()).isEqualTo(held).isEqualTo(replica.octets());
    follower.close();
    assertThat(memory.taken()).isZero();
  }

  private static FeedCursor reconnect(FeedLog log, ReplicaBuilder follower) {
    follower.begin();
    return new FeedCursor(log, () -> TERMS, follower.replica().map(Replica::position));
  }

  @Test
  void whatIsTheSameStaysTheSameObject()
      throws IOException, MalformedFeedException, DoesNotFitException {
    DirectoryService web = Directories.service("a", "web", "10.1.0.1");
    DirectoryService db = Directories.service("a", "db", "10.1.0.2");
    ReplicaBuilder follower = new ReplicaBuilder("mn", "mn.internal", s -> s, memory);
    readAll(new FeedLog(1, 10), Directories.of(web, db), follower);
    Map<ServiceKey, DirectoryService> before = content(follower);
    follower.begin();
    readAll(
        new FeedLog(2, 10),
        Directories.of(web, Directories.service("a", "db", "10.1.0.3")),
        follower);
    Map<ServiceKey, DirectoryService> after = content(follower);
    assertThat(after.get(web.key())).isSameAs(before.get(web.key()));
    assertThat(after.get(db.key())).isNotEqualTo(before.get(db.key()));
  }

  @Test
  void chunksThatAreZippedOneByOneMakeOneGzipStream()
      throws IOException, MalformedFeedException, DoesNotFitException {
    FeedLog log = new FeedLog(1, 1000);
    log.publish(Directories.of(Directories.rich(), Directories.service("a", "b", "10.1.0.1")));
    FeedCursor cursor = new FeedCursor(log, () -> TERMS, Optional.empty());
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    zipped.write(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff});
    Random random = new Random(1);
    Directory directory = Directories.of(Directories.rich());
    for (int i = 0; i < 50; i++) {
      Optional<FeedChunk> chunk = cursor.next().or(cursor::heartbeat);
      plain.write(chunk.orElseThrow().plain());
      zipped.write(chunk.orElseThrow().deflated());
      directory = Directories.changed(directory, random);
      log.publish(directory);
    }
    byte[] unzipped =
        new GZIPInputStream(new ByteArrayInputStream(zipped.toByteArray()))
            .readNBytes(plain.size());
    assertThat(unzipped).isEqualTo(plain.toByteArray());
  }

  @Test
  void readersAtTheSamePlaceShareTheirLines() {
    FeedLog log = new FeedLog(1, 1000);
    log.publish(Directories.of(Directories.rich()));
    FeedCursor one = new FeedCursor(log, () -> TERMS, Optional.empty());
    FeedCursor other = new FeedCursor(log, () -> TERMS, Optional.empty());
    one.next();
    other.next();
    log.publish(Directories.of(Directories.service("a", "b")));
    assertThat(one.next()).isPresent().isEqualTo(other.next());
    assertThat(one.heartbeat()).isPresent().isEqualTo(other.heartbeat());
    assertThat(one.next()).isEmpty();
  }

  @Test
  void nothingIsServedOfWhatIsNotComplete() {
    FeedLog log = new FeedLog(1, 1000);
    assertThat(log.publish(Directory.EMPTY.with(Directories.rich()))).isFalse();
    assertThat(log.begun()).isFalse();
    assertThat(new FeedCursor(log, () -> TERMS, Optional.empty()).next()).isEmpty();
    assertThat(log.publish(Directories.of())).isTrue();
    assertThat(log.begun()).isTrue();
  }

  private void readAll(FeedLog log, Directory directory, ReplicaBuilder follower)
      throws IOException, MalformedFeedException, DoesNotFitException {
    log.publish(directory);
    FeedCursor cursor = new FeedCursor(log, () -> TERMS, Optional.empty());
    for (Optional<FeedChunk> chunk = cursor.next(); chunk.isPresent(); chunk = cursor.next()) {
      read(chunk.get().plain(), follower);
    }
  }

  private static Map<ServiceKey, DirectoryService> content(ReplicaBuilder follower) {
    return new HashMap<>(Directories.content(follower.replica().orElseThrow().directory()));
  }

  private void read(byte[] octets, ReplicaBuilder follower)
      throws IOException, MalformedFeedException, DoesNotFitException {
    LineReader lines = new LineReader(new ByteArrayInputStream(octets)::read);
    do {
      while (lines.next()) {
        follower.take(decoder.decode(lines.buffer(), lines.from(), lines.length()));
      }
    } while (lines.more() >= 0);
  }
}
