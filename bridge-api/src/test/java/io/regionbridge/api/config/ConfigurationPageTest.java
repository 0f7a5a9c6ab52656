package io.regionbridge.api.config;

import io.regionbridge.api.ReferencePage;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The table of docs/reference/configuration.md is that of the keys. */
final class ConfigurationPageTest {
  @Test
  void hasTheKeysThatThereAre() throws IOException {
    StringBuilder table = new StringBuilder("| key | default | meaning | change |\n");
    table.append("|---|---|---|---|\n");
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      String effect = key.effect().name().toLowerCase(Locale.ROOT);
      table.append(
          "| `%s` | %s | %s | %s |\n".formatted(key.path(), key.fallback(), key.meaning(), effect));
    }
    new ReferencePage("configuration.md", "keys", getClass()).shouldHave(table.toString());
  }
}
