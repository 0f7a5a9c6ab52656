package io.regionbridge.router.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.feed.FollowerState.Replica;
import io.regionbridge.router.feed.ReplicaBuilder.DoesNotFitException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplicaBuilderTest {
  private static final DirectoryService WEB = Directories.service("a", "web", "10.1.0.1");

  /** Room for eight Services without endpoints. */
  private final ReplicaMemory memory =
      new ReplicaMemory(8 * ReplicaMemory.of(Directories.service("a", "s")));

  @ParameterizedTest
  @CsvSource({
    "2, mn, mn.internal, version 2",
    "1, other, mn.internal, region other",
    "1, mn, mn.example, domain mn.example",
  })
  void aFeedThatIsNotThePeersIsNotRead(int version, String region, String domain, String why) {
    FeedRecord start = new FeedRecord.Start(version, region, domain, Duration.ofSeconds(5), true);
    assertThatThrownBy(() -> builder().take(start))
        .isInstanceOf(MalformedFeedException.class)
        .hasMessageContaining(why);
  }

  @Test
  void nothingIsReadBeforeTheStart() {
    assertThatThrownBy(() -> builder().take(new FeedRecord.Changed(WEB)))
        .isInstanceOf(MalformedFeedException.class);
  }

  @Test
  void whatIsSaidCountsFromThePositionOn() throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder builder = builder();
    take(builder, start(true), new FeedRecord.Changed(WEB));
    assertThat(builder.replica()).isEmpty();
    assertThat(builder.take(current(1, 1))).isTrue();
    assertThat(services(builder)).isEqualTo(1);
    take(builder, new FeedRecord.Removed(WEB.key()));
    assertThat(services(builder)).isEqualTo(1);
    builder.begin(); // the connection is lost
    take(builder, start(false), current(1, 1));
    assertThat(services(builder)).isEqualTo(1);
    take(builder, new FeedRecord.Removed(WEB.key()), current(1, 2));
    assertThat(services(builder)).isZero();
  }

  @Test
  void aWholeReadingLeavesNothingOfTheOneBefore()
      throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder builder = builder();
    take(builder, start(true), new FeedRecord.Changed(WEB), current(1, 1));
    builder.begin();
    take(
        builder,
        start(true),
        new FeedRecord.Changed(Directories.service("a", "db")),
        current(2, 1));
    assertThat(Directories.content(builder.replica().orElseThrow().directory()))
        .containsOnlyKeys(new ServiceKey("a", "db"));
  }

  @Test
  void aFeedThatGoesBackIsNotFollowed() throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder builder = builder();
    take(builder, start(true), current(1, 5));
    assertThatThrownBy(() -> take(builder, current(1, 4)))
        .isInstanceOf(MalformedFeedException.class);
    assertThatThrownBy(() -> take(builder, current(2, 6)))
        .isInstanceOf(MalformedFeedException.class);
  }

  @Test
  void aFeedCannotGoOnFromNothing() {
    assertThatThrownBy(() -> take(builder(), start(false)))
        .isInstanceOf(MalformedFeedException.class);
  }

  @Test
  void aServiceThatIsRefusedIsGoneAndNamed() throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder builder = builder();
    take(builder, start(true), new FeedRecord.Changed(WEB), current(1, 1));
    take(builder, new FeedRecord.Refused(WEB.key(), "ports: no"), current(1, 2));
    Replica replica = builder.replica().orElseThrow();
    assertThat(replica.directory().services()).isZero();
    assertThat(replica.refused()).isEqualTo(1);
    assertThat(replica.reason()).isEqualTo("a/web: ports: no");
  }

  @Test
  void aLineThatNamesNoServiceIsCountedAndCostsNoOther()
      throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder builder = builder();
    take(builder, start(true), new FeedRecord.Changed(WEB), current(1, 1));
    take(builder, new FeedRecord.Refused(null, "service: must be an object"), current(1, 2));
    Replica replica = builder.replica().orElseThrow();
    assertThat(replica.directory().services()).isEqualTo(1);
    assertThat(replica.refused()).isEqualTo(1);
    assertThat(replica.reason()).isEqualTo("service: must be an object");
    take(builder, start(true), new FeedRecord.Changed(WEB), current(1, 3));
    assertThat(builder.replica().orElseThrow().refused()).isZero();
  }

  @Test
  void whatMayNotBeSaidIsCounted() throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder builder =
        new ReplicaBuilder(
            "mn",
            "mn.internal",
            service -> new DirectoryService(service.facts(), List.of()),
            memory);
    take(builder, start(true), new FeedRecord.Changed(WEB), current(1, 1));
    Replica replica = builder.replica().orElseThrow();
    assertThat(replica.directory().endpoints()).isZero();
    assertThat(replica.refused()).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitIsForgottenWhole() throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder builder = builder();
    take(builder, start(true), current(1, 1));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                take(builder, new FeedRecord.Changed(Directories.service("a", "s" + i)));
              }
            })
        .isInstanceOf(DoesNotFitException.class)
        .hasMessageContaining("replication.maxMemory");
    assertThat(builder.replica()).isEmpty();
    assertThat(memory.taken()).isZero();
  }

  @Test
  void thePeerThatTakesTheMostGivesWay() throws MalformedFeedException, DoesNotFitException {
    ReplicaBuilder greedy = builder();
    ReplicaBuilder modest = builder();
    take(greedy, start(true));
    for (int i = 0; i < 6; i++) {
      take(greedy, new FeedRecord.Changed(Directories.service("a", "s" + i)));
    }
    take(greedy, current(1, 1));
    take(modest, start(true));
    for (int i = 0; i < 3; i++) {
      take(modest, new FeedRecord.Changed(Directories.service("a", "s" + i)));
    }
    take(modest, current(1, 1));
    assertThatThrownBy(() -> take(greedy, current(1, 1))).isInstanceOf(DoesNotFitException.class);
    assertThat(services(modest)).isEqualTo(3);
    assertThat(memory.taken()).isLessThan(memory.limit());
  }

  private ReplicaBuilder builder() {
    return new ReplicaBuilder("mn", "mn.internal", service -> service, memory);
  }

  private static void take(ReplicaBuilder builder, FeedRecord... records)
      throws MalformedFeedException, DoesNotFitException {
    for (FeedRecord next : records) {
      builder.take(next);
    }
  }

  private static int services(ReplicaBuilder builder) {
    return builder.replica().orElseThrow().directory().services();
  }

  private static FeedRecord start(boolean whole) {
    return new FeedRecord.Start(1, "mn", "mn.internal", Duration.ofSeconds(5), whole);
  }

  private static FeedRecord current(long log, long generation) {
    return new FeedRecord.Current(new Position(log, generation));
  }
}
