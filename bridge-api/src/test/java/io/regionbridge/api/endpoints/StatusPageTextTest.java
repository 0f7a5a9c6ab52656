package io.regionbridge.api.endpoints;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.api.status.ConditionType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class StatusPageTextTest {
  @Test
  void fillsInTheWordsOfEveryCondition() throws IOException {
    byte[] page;
    try (InputStream in =
        Sites.class.getResourceAsStream("/io/regionbridge/api/http/status.html")) {
      page = Objects.requireNonNull(in).readAllBytes();
    }
    String filled = new String(StatusPageText.fill(page), UTF_8);
    assertThat(filled).doesNotContain("/* conditions */", "/* bad if true */");
    int begin = filled.indexOf("badIfTrue = new Set([");
    String badIfTrue = filled.substring(begin, filled.indexOf("]);", begin));
    assertThat(badIfTrue).contains("'CIDRConflict',");
    for (ConditionType type : ConditionType.values()) {
      assertThat(filled).contains("  " + type.text() + ": ['");
      assertThat(badIfTrue.contains("'%s',".formatted(type.text())))
          .as("whether %s is bad if true", type)
          .isEqualTo(type.badIfTrue());
    }
    assertThat(filled).contains("NetBirdHostNetwork: ['NetBird on the host network', '");
  }
}
