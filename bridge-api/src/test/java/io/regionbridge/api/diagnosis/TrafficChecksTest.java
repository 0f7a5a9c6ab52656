package io.regionbridge.api.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.status.StatusJson;
import io.regionbridge.router.diagnosis.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficChecksTest {
  private static final String ALIAS = "{\"range\":\"10.42.0.0/16\",\"alias\":\"10.142.0.0/16\"}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "False | OK | 10.42.0.0/16, known as 10.142.0.0/16: translated by this node | True",
        "True | none | none | True",
        "False | FAILURE | no rights | False",
        "False | FAILURE | no rights | Unknown"
      })
  void tellsWhetherAliasesAreTranslated(
      boolean without, String state, String message, String condition) throws IOException {
    String status =
        """
        {"region":{"name":"mn","domain":"mn.internal","podCIDRs":[],"serviceCIDRs":[],
          "aliasRanges":[%s]},
         "conditions":[{"type":"AliasTranslation","status":"%s","reason":"R","message":"no rights"}]}
        """
            .formatted(without ? "" : ALIAS, condition);
    Optional<Check> check =
        TrafficChecks.aliases(StatusJson.decode(status.getBytes(StandardCharsets.UTF_8)));
    assertThat(check.map(c -> c.state().name()).orElse("none")).isEqualTo(state);
    assertThat(check.map(Check::message).orElse("none")).isEqualTo(message);
  }
}
