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

  @ParameterizedTest(name = "Accept: {0} likes {1} best")
  @CsvSource(
      delimiter = '|',
      value = {
        "''|text/plain",
        "*/*|text/plain",
        "application/openmetrics-text|application/openmetrics-text",
        "application/openmetrics-text, text/plain|text/plain",
        "application/openmetrics-text;q=0, */*|text/plain",
        "text/plain;q=0.4, application/openmetrics-text;q=0.5|application/openmetrics-text",
        // Prometheus 2 and 3
        "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
            + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2|application/openmetrics-text",
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,"
            + "application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.2|text/plain",
      })
  void choosesWhatAClientLikesBest(String accept, String best) {
    List<String> offered =
        List.of("text/plain; version=0.0.4", "application/openmetrics-text; version=1.0.0");
    assertThat(MediaType.preferred(accept, offered)).startsWith(best + ";");
  }
}
