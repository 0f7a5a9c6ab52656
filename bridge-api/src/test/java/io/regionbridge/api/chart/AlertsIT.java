package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts of the rendered PrometheusRule, judged by Prometheus' own tool. */
class AlertsIT {
  private static final String TESTS = "alerts_test.yaml";

  @TempDir private static Path directory;
  private static JsonNode spec;

  @BeforeAll
  static void render() {
    spec =
        Helm.object(Helm.objects(Helm.everything()), "PrometheusRule", "region-bridge").at("/spec");
  }

  @Test
  void theRulesAreValid() throws IOException {
    Path file = Files.writeString(directory.resolve("checked.yaml"), Chart.toYaml(spec));
    Helm.Run check = promtool("check", "rules", file.toString());
    assertThat(check.succeeded()).contains("SUCCESS: " + alerts().size() + " rules found");
  }

  @Test
  void eachAlertFiresWhenItShould() throws IOException {
    JsonNode bare = spec.deepCopy();
    bare.at("/groups")
        .forEach(
            group -> group.at("/rules").forEach(rule -> ((ObjectNode) rule).remove("annotations")));
    Files.writeString(directory.resolve("rules.yaml"), Chart.toYaml(bare));
    String tests = tests();
    Files.writeString(directory.resolve(TESTS), tests);
    promtool("test", "rules", directory.resolve(TESTS).toString()).succeeded();

    Set<String> fired =
        Chart.parse(tests)
            .at("/tests")
            .valueStream()
            .flatMap(test -> test.at("/alert_rule_test").valueStream())
            .filter(test -> !test.at("/exp_alerts").isEmpty())
            .map(test -> test.at("/alertname").asText())
            .collect(Collectors.toSet());
    assertThat(fired)
        .as("alerts that fire in " + TESTS)
        .containsExactlyInAnyOrderElementsOf(alerts());
  }

  /** A heading is the anchor that GitHub and others make of it. */
  @Test
  void eachAlertLinksToItsRunbook() {
    Set<String> headings =
        Chart.text("../../docs/operate/alerts.md")
            .lines()
            .filter(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("#+ ", ""))
            .collect(Collectors.toSet());
    spec.at("/groups")
        .forEach(group ->
            group
                .at("/rules")
                .forEach(rule -> {
                  String name = rule.at("/alert").asText();
                  assertThat(rule.at("/annotations/runbook_url").asText())
                      .isEqualTo("https://example.com/alerts.md#" + name.toLowerCase(Locale.ROOT));
                  assertThat(headings).contains(name);
                }));
  }

  @Test
  void alertsCanBeLeftOutAndLabelled() {
    String[] values = {
      "--set=alerts.enabled=true,alerts.disabled={RegionBridgeRemappedServices}",
      "--set=alerts.alertLabels.team=network,alerts.alertLabels.severity=page"
    };
    JsonNode rules =
        Helm.object(Helm.objects(values), "PrometheusRule", "region-bridge").at("/spec");
    assertThat(rules.toString())
        .doesNotContain("RegionBridgeRemappedServices")
        .contains("\"team\":\"network\"")
        .doesNotContain("\"severity\":\"critical\"");
  }

  private static List<String> alerts() {
    return spec.at("/groups")
        .valueStream()
        .flatMap(group -> group.at("/rules").valueStream())
        .map(rule -> rule.at("/alert").asText())
        .toList();
  }

  private static String tests() throws IOException {
    try (InputStream in = Objects.requireNonNull(AlertsIT.class.getResourceAsStream(TESTS))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Helm.Run promtool(String... arguments) {
    return Helm.run(NativeTool.find("promtool"), List.of(arguments));
  }
}
