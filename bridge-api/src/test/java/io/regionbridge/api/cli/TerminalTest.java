package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @ParameterizedTest
  @CsvSource({
    "'',    true,  0,   80",
    "'',    true,  120, 120",
    "'',    false, 120, 80",
    "'',    true,  20,  40",
    "'',    true,  900, 200",
    "60,    true,  120, 60",
    "60,    false, 0,   60",
    "0,     true,  120, 120",
    "-5,    false, 0,   80",
    "many,  false, 0,   80",
    "99999, false, 0,   200",
  })
  void linesAreAsLongAsTheTerminalIsWide(
      String columns, boolean interactive, int width, int expected) {
    PrintWriter nobody = new PrintWriter(Writer.nullWriter());
    Terminal terminal =
        new Terminal(nobody, nobody, Map.of("COLUMNS", columns), interactive, () -> width);
    assertThat(terminal.columns()).isEqualTo(expected);
  }
}
