package io.regionbridge.router.directory;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointStateTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # ready, serving, terminating, state
          ,      ,      ,      READY
          true,  ,      ,      READY
          true,  true,  false, READY
          # publishNotReadyAddresses makes it ready while it terminates
          true,  true,  true,  READY
          ,      false, true,  READY
          false, ,      ,      UNREADY
          false, false, false, UNREADY
          # serving, not terminating, not ready: a contradiction, and no reason to send anybody there
          false, true,  ,      UNREADY
          false, true,  false, UNREADY
          false, true,  true,  DRAINING
          false, false, true,  UNREADY
          # serving not given is what ready is
          false, ,      true,  UNREADY
          """)
  void conditionsLeftOutMeanWhatTheApiSays(
      @Nullable Boolean ready,
      @Nullable Boolean serving,
      @Nullable Boolean terminating,
      EndpointState state) {
    assertThat(EndpointState.of(ready, serving, terminating)).isEqualTo(state);
  }
}
