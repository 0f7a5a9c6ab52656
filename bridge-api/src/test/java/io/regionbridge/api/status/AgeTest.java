package io.regionbridge.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AgeTest {
  @ParameterizedTest(name = "{0} is {1} before noon")
  @CsvSource({
    "2026-01-01T11:59:59Z, 1s",
    "2026-01-01T12:00:05Z, 0s",
    "2026-01-01T11:58:01Z, 119s",
    "2026-01-01T11:58:00Z, 2m",
    "2026-01-01T10:00:01Z, 119m",
    "2026-01-01T10:00:00Z, 2h",
    "2025-12-30T12:00:00Z, 2d",
    "soon, ?",
  })
  void isTheUnitThatSaysMost(String then, String age) {
    assertThat(Age.of(then, "2026-01-01T12:00:00.000Z")).isEqualTo(age);
  }
}
