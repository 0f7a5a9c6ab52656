package io.regionbridge.api.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.Map;

/** Whatever stands in the file or in a variable, reading ends in a value, and says why in lines. */
final class ConfigReaderFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void endsInAConfigurationOrInProblems(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    check(ConfigReader.read(text, Path.of("/etc"), Map.of()));
    Map<String, String> environment =
        Map.of("REGION_BRIDGE_REGIONS", text, "REGION_BRIDGE_DNS_LISTEN", text);
    check(ConfigReader.read("region: {name: fsn1}", Path.of("/etc"), environment));
  }

  private static void check(ConfigResult result) {
    switch (result) {
      case ConfigResult.Valid valid ->
          assertThat(valid.config().get(ConfigKeys.REGION_NAME))
              .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
      case ConfigResult.Invalid invalid ->
          assertThat(invalid.problems())
              .isNotEmpty()
              .allSatisfy(problem -> assertThat(problem.toString().lines()).hasSize(1));
    }
  }
}
