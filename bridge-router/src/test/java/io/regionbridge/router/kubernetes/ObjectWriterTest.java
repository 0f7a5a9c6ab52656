package io.regionbridge.router.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.regionbridge.router.kubernetes.ObjectWriter.Outcome;
import io.regionbridge.router.kubernetes.ObjectWriter.Pace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectWriterTest {
  private static final Pace PACE = new Pace(Duration.ofSeconds(1), Duration.ofMinutes(5), 3);

  private Instant now = Instant.EPOCH;
  private int requests;
  private int status;

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  private final ObjectWriter writer = new ObjectWriter(clock, PACE);

  @Test
  void anObjectThatIsRevertedEachTimeIsWrittenLessAndLessOften() {
    int version = 0;
    for (int second = 0; second < 3600; second++) {
      Outcome outcome = write(writer, "a", Integer.toString(version));
      if (outcome instanceof Outcome.Written) {
        version++;
      }
      if (requests >= 3) {
        assertThat(writer.contested("object")).contains(requests);
      } else {
        assertThat(writer.contested("object")).isEmpty();
      }
      assertThat(outcome.problem().isPresent())
          .isEqualTo(requests >= 3 && !(outcome instanceof Outcome.Written));
      assertThat(requests).as("at %d s", second).isLessThanOrEqualTo(second < 30 ? 6 : 25);
      now = now.plusSeconds(1);
    }
    assertThat(requests).isGreaterThan(15);
  }

  @Test
  void aRareEditIsRevertedAtOnce() {
    for (int edit = 0; edit < 100; edit++) {
      assertThat(write(writer, "a", Integer.toString(edit))).isInstanceOf(Outcome.Written.class);
      assertThat(writer.contested("object")).isEmpty();
      now = now.plus(Duration.ofMinutes(11));
    }
  }

  @Test
  void aWriteThatTheWatchHasNotShownIsNotRepeated() {
    ObjectWriter atOnce = new ObjectWriter(clock, Pace.AT_ONCE);
    assertThat(write(atOnce, "a", "1")).isInstanceOf(Outcome.Written.class);
    assertThat(write(atOnce, "a", "1")).isInstanceOf(Outcome.Pending.class);
    assertThat(write(atOnce, "b", "1")).as("other content").isInstanceOf(Outcome.Written.class);
    assertThat(write(atOnce, "b", "2")).as("changed since").isInstanceOf(Outcome.Written.class);
    now = now.plusSeconds(10);
    assertThat(write(atOnce, "b", "2")).as("not shown in time").isInstanceOf(Outcome.Written.class);
    assertThat(requests).isEqualTo(4);
  }

  @Test
  void contentThatNobodyElseWritesIsWrittenOnceUntilItIsForgotten() {
    ObjectWriter once = new ObjectWriter(clock, Pace.NEVER);
    assertThat(write(once, "a", "*")).isInstanceOf(Outcome.Written.class);
    now = now.plus(Duration.ofDays(300));
    assertThat(write(once, "a", "*")).isInstanceOf(Outcome.Pending.class);
    once.forget();
    assertThat(write(once, "a", "*")).isInstanceOf(Outcome.Written.class);
  }

  @Test
  void aFailureIsRetriedAfterAPauseThatDoublesAndIsReportedMeanwhile() {
    status = 500;
    List<Long> pauses = new ArrayList<>();
    write(writer, "a", "1");
    for (int i = 0; i < 7; i++) {
      Instant failed = now;
      int sent = requests;
      while (requests == sent) {
        now = now.plusSeconds(1);
        assertThat(write(writer, "a", "1").problem()).get().asString().startsWith("cannot write");
      }
      pauses.add(Duration.between(failed, now).toSeconds());
    }
    assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    status = 0;
    now = now.plusSeconds(30);
    assertThat(write(writer, "a", "1")).isInstanceOf(Outcome.Written.class);
  }

  @ParameterizedTest(name = "{0} to a write of version \"{1}\": {2}")
  @CsvSource({
    "409, 7, Changed",
    "409, '', Changed",
    "404, 7, Changed",
    "404, '', WriteFailed",
    "403, 7, Forbidden",
    "422, 7, WriteFailed",
    "500, 7, WriteFailed"
  })
  void anAnswerThatIsNoSuccess(int code, String version, String expected) {
    status = code;
    Outcome outcome = write(writer, "a", version);
    assertThat(
            outcome instanceof Outcome.Failed(String reason, String message)
                ? reason
                : outcome.getClass().getSimpleName())
        .isEqualTo(expected);
    assertThat(outcome.problem().isPresent()).isEqualTo(outcome instanceof Outcome.Failed);
  }

  @Test
  void whatFailedIsWrittenAgainEvenIfTheContentIsTheLastOneThatWasAccepted() {
    write(writer, "a", "1");
    status = 500;
    write(writer, "b", "2");
    status = 0;
    now = now.plusSeconds(2);
    assertThat(write(writer, "a", "1"))
        .as("the answer to the failed write may have been lost")
        .isInstanceOf(Outcome.Written.class);
  }

  private Outcome write(ObjectWriter by, String content, String version) {
    return by.write(
        "object",
        content,
        version,
        () -> {
          requests++;
          if (status != 0) {
            throw new KubernetesClientException("refused", status, null);
          }
        });
  }
}
