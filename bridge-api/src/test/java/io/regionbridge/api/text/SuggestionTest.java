package io.regionbridge.api.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SuggestionTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "listen, listen, 0",
    "lsten, listen, 1",
    "listenn, listen, 1",
    "lysten, listen, 1",
    "lisetn, listen, 1",
    "'', ttl, 3",
    "kitten, sitting, 3",
  })
  void countsWhatWasMistyped(String from, String to, int distance) {
    assertThat(Suggestion.distance(from, to)).isEqualTo(distance);
    assertThat(Suggestion.distance(to, from)).isEqualTo(distance);
  }

  @Test
  void suggestsTheNearestWordOrNone() {
    List<String> words = List.of("maxTtl", "maxNegativeTtl", "maxEntries");
    assertThat(Suggestion.nearest("max-ttl", words)).contains("maxTtl");
    assertThat(Suggestion.nearest("MAX_ENTRY", words)).contains("maxEntries");
    assertThat(Suggestion.nearest("prefetch", words)).isEmpty();
  }
}
