package io.regionbridge.router.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.path.PathState.Verdict;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PathRecordTest {
  private static final int SMALL = 92;
  private static final int LARGE = 1280;

  private final PathRecord record = new PathRecord();
  private long nonce;

  private void ask(boolean large) {
    record.asked(++nonce, large ? LARGE : SMALL, large, nonce);
  }

  private void pass(boolean large) {
    ask(large);
    record.answered(nonce, large ? LARGE : SMALL, large);
  }

  @Test
  void worksWhenPacketsOfBothSizesComeBack() {
    assertThat(record.verdict()).isEqualTo(Verdict.PENDING);
    pass(false);
    assertThat(record.verdict()).as("nothing is known of the size").isEqualTo(Verdict.PENDING);
    pass(true);
    assertThat(record.verdict()).isEqualTo(Verdict.WORKS);
    assertThat(record.octets()).isEqualTo(LARGE);
  }

  @Test
  void isSilentAfterAsManyUnansweredProbesAsItTakes() {
    pass(true);
    for (int i = 1; i < PathRecord.SILENCE; i++) {
      ask(false);
      assertThat(record.verdict()).isEqualTo(Verdict.WORKS);
    }
    ask(false);
    assertThat(record.verdict()).isEqualTo(Verdict.SILENT);
    assertThat(record.worked()).isTrue();
    pass(false);
    assertThat(record.verdict()).isEqualTo(Verdict.WORKS);
  }

  @Test
  void whatNeverWorkedIsSilentTooAndSaysSo() {
    for (int i = 0; i < PathRecord.SILENCE; i++) {
      ask(i % 4 == 0);
    }
    assertThat(record.verdict()).isEqualTo(Verdict.SILENT);
    assertThat(record.worked()).isFalse();
  }

  @Test
  void tellsThatOnlySmallPacketsPass() {
    for (int i = 0; i < PathRecord.LARGE_SILENCE; i++) {
      ask(true);
      pass(false);
    }
    assertThat(record.verdict()).isEqualTo(Verdict.SMALL_ONLY);
    pass(true);
    assertThat(record.verdict()).isEqualTo(Verdict.WORKS);
  }

  @Test
  void answersToNothingThatWasAskedCountForNothing() {
    ask(true);
    record.answered(nonce + 1, LARGE, true);
    record.answered(nonce, LARGE - 1, true);
    assertThat(record.verdict()).isEqualTo(Verdict.PENDING);
    record.answered(nonce, LARGE, true);
    pass(false);
    record.answered(nonce, SMALL, false);
    assertThat(record.verdict()).isEqualTo(Verdict.WORKS);
  }

  @Test
  void isOutdatedWhenNobodyAskedForLong() {
    record.asked(1, SMALL, false, 0);
    assertThat(record.outdated(PathRecord.MEMORY.toNanos() - 1)).isFalse();
    assertThat(record.outdated(PathRecord.MEMORY.toNanos())).isTrue();
  }

  @Test
  void aLineThatLosesEveryThirdPacketIsNotSilentForAnHour() {
    SplittableRandom random = new SplittableRandom(1);
    long probes = Duration.ofHours(1).toMillis() / 500;
    for (long i = 0; i < probes; i++) {
      boolean large = i % 4 == 0;
      ask(large);
      if (random.nextInt(3) > 0) {
        record.answered(nonce, large ? LARGE : SMALL, large);
      }
      assertThat(record.verdict()).isNotEqualTo(Verdict.SILENT);
    }
  }
}
