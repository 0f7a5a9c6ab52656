package io.regionbridge.api.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class DemoTest {
  @Test
  void showsThatAllOfItHolds() throws Exception {
    StringWriter out = new StringWriter();
    try (Demo demo = Demo.start(new PrintWriter(out), false)) {
      assertThat(demo.run()).as(out.toString()).isTrue();
    }
    assertThat(out.toString())
        .contains("0 lost, 0 failed", "REFUSED", "All of it held.")
        .doesNotContain("FAIL", "\033[");
  }
}
