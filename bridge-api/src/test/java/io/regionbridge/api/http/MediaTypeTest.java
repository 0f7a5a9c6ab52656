package io.regionbridge.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MediaTypeTest {
  @ParameterizedTest(name = "Accept: {0} for {1} is {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "''|application/json|true",
        "*/*|application/json|true",
        "application/json|application/json|true",
        "application/*|application/json|true",
        "APPLICATION/JSON|application/json|true",
        "text/html, */*;q=0.1|application/json|true",
        "text/html|application/json|false",
        "text/*|application/json|false",
        "application/json;q=0|application/json|false",
        "application/json;q=0, */*|application/json|false",
        "application/json;q=x|application/json|true",
        "text/plain;version=0.0.4|text/plain; charset=utf-8|true",
      })
  void readsWhatAClientTakes(String accept, String offered, boolean accepted) {
    assertThat(MediaType.accepted(accept, List.of(offered))).isEqualTo(accepted);
  }
}
