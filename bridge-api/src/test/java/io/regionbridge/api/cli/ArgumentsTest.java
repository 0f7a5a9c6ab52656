package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ArgumentsTest {
  private static final Option OUTPUT = Option.optional("-o", "FORMAT", "The format.");
  private static final Option ONCE = Option.flag("--once", "Once.");
  private static final Syntax SYNTAX =
      new Syntax("trace", "Trace.", "", List.of("NAME", "[TYPE]"), List.of(OUTPUT, ONCE));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-o json a.mn AAAA",
        "a.mn -o json AAAA",
        "a.mn AAAA -o=json",
        "-o json -- a.mn AAAA",
      })
  void takesOptionsAnywhere(String typed) {
    Arguments arguments = Arguments.parse(SYNTAX, List.of(typed.split(" ", -1)));
    assertThat(arguments.value(OUTPUT)).contains("json");
    assertThat(arguments.operand(0)).contains("a.mn");
    assertThat(arguments.operand(1)).contains("AAAA");
    assertThat(arguments.has(ONCE)).isFalse();
  }

  @Test
  void leavesOutWhatMayBeLeftOut() {
    Arguments arguments = Arguments.parse(SYNTAX, List.of("--once", "-"));
    assertThat(arguments.has(ONCE)).isTrue();
    assertThat(arguments.value(OUTPUT)).isEmpty();
    assertThat(arguments.operand(0)).contains("-");
    assertThat(arguments.operand(1)).isEmpty();
  }

  @Test
  void needsNothingElseForHelp() {
    assertThat(Arguments.parse(SYNTAX, List.of("--help")).has(Option.HELP)).isTrue();
  }

  @Test
  void namesTheOperandThatIsMissing() {
    assertThatThrownBy(() -> Arguments.parse(SYNTAX, List.of("--once")))
        .hasMessageContaining("trace: NAME is missing");
  }

  @Test
  void showsOptionalPartsInBrackets() {
    assertThat(SYNTAX.help())
        .startsWith("Usage: region-bridge trace [-o FORMAT] [--once] NAME [TYPE]\n");
  }
}
