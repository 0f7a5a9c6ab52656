package io.regionbridge.api.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorLimitTest {
  private static List<String> limits(String soft) {
    return List.of(
        "Limit                     Soft Limit           Hard Limit           Units     ",
        "Max cpu time              unlimited            unlimited            seconds   ",
        "Max open files            %-20s 1048576              files     ".formatted(soft));
  }

  @Test
  void tooFewAreRefusedWithWhatToDo() {
    assertThatThrownBy(() -> DescriptorLimit.check(limits("64")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("the limit of open files is 64")
        .hasMessageContaining("ulimit -n");
    assertThatThrownBy(() -> DescriptorLimit.check(limits("255")))
        .isInstanceOf(CommandException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"256", "1024", "unlimited", ""})
  void enoughAreEnough(String soft) {
    assertThatCode(() -> DescriptorLimit.check(limits(soft))).doesNotThrowAnyException();
  }

  @Test
  void whereTheLimitIsNotKnownNobodyIsHeldUp() {
    assertThatCode(() -> DescriptorLimit.check(List.of())).doesNotThrowAnyException();
  }
}
