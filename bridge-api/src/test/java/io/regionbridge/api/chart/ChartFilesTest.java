package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.api.config.ConfigKey;
import io.regionbridge.api.config.ConfigKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The chart's files agree with each other and with the bridge. */
class ChartFilesTest {
  /** With {@code -Dchart=write} the test writes the README's table instead of comparing it. */
  private static final boolean WRITE = "write".equals(System.getProperty("chart"));

  /** Keys of the configuration that come from other values. */
  private static final Set<String> DERIVED =
      Set.of(
          "region.name",
          "region.domain",
          "region.podCIDRs",
          "region.serviceCIDRs",
          "region.aliasRanges",
          "kubernetes.enabled",
          "kubernetes.routerLabel",
          "kubernetes.forwardTo",
          "kubernetes.service",
          "kubernetes.netbird.hostNetwork",
          "kubernetes.netbird.namespace",
          "admin.listen",
          "admin.tokenFile",
          "admin.tls.certificate",
          "admin.tls.key");

  @Test
  void theReadmeHasEveryValue() throws IOException {
    String readme = Chart.text("README.md");
    String wanted = ValuesTable.insertedInto(readme, Chart.text("values.yaml"));
    if (WRITE) {
      Files.writeString(Chart.DIRECTORY.resolve("README.md"), wanted);
    }
    assertThat(Chart.text("README.md"))
        .as("README.md is stale: mvn test -pl bridge-api -Dtest=ChartFilesTest -Dchart=write")
        .isEqualTo(wanted);
  }

  @Test
  void everyValueIsDocumented() {
    Set<String> documented = new TreeSet<>();
    ValuesTable.entries(Chart.text("values.yaml")).forEach(entry -> documented.add(entry.path()));
    Set<String> undocumented = new TreeSet<>();
    undocumented("", Chart.yaml("values.yaml"), documented, undocumented);
    undocumented.removeIf(path -> path.matches("(.*\\.)?resources\\..*")); // Kubernetes' own
    assertThat(undocumented).isEmpty();
  }

  /**
   * A value that the schema does not know would be refused; one that no default names is a typo.
   */
  @Test
  void theSchemaHasTheValuesThatThereAre() {
    Set<String> problems = new TreeSet<>();
    compare("", Chart.yaml("values.yaml"), Chart.json("values.schema.json"), problems);
    problems.remove("global: not in values.yaml"); // Helm's own
    assertThat(problems).isEmpty();
  }

  @Test
  void theSchemaHasTheKeysOfTheConfiguration() {
    Set<String> inSchema = new TreeSet<>();
    leaves("", Chart.json("values.schema.json").at("/properties/config"), inSchema);
    Set<String> inBridge = new TreeSet<>();
    ConfigKeys.ALL.stream()
        .map(ConfigKey::path)
        .filter(path -> !path.contains("[]") && !DERIVED.contains(path))
        .forEach(inBridge::add);
    assertThat(inSchema).as("config in values.schema.json").isEqualTo(inBridge);
  }

  /** Templates read what is in a section: one that is null is refused by name. */
  @Test
  void theSchemaNeedsEachSection() {
    JsonNode schema = Chart.json("values.schema.json");
    Set<String> sections = new TreeSet<>();
    Chart.yaml("values.yaml")
        .properties()
        .forEach(value -> {
          if (isSection(value.getValue()) && !value.getKey().equals("resources")) {
            sections.add(value.getKey());
          }
        });
    Set<String> required = new TreeSet<>();
    schema.at("/required").forEach(name -> required.add(name.asText()));
    assertThat(required).isEqualTo(sections);
  }

  @Test
  void eachPanelOfTheDashboardHasAUnitAndEachLineAName() {
    for (JsonNode panel : Chart.json("dashboards/region-bridge.json").at("/panels")) {
      String title = panel.path("title").asText();
      if (panel.path("type").asText().equals("row")) {
        continue;
      }
      assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as(title).isNotEmpty();
      assertThat(panel.path("description").asText()).as(title).isNotEmpty();
      if (!panel.path("type").asText().equals("table")) {
        assertThat(panel.path("targets"))
            .as(title)
            .allMatch(target -> !target.path("legendFormat").asText().isEmpty());
      }
    }
  }

  @Test
  void theAppVersionIsTheBuilds() throws IOException {
    String version = Chart.yaml("Chart.yaml").at("/appVersion").asText();
    assertThat(Files.readString(Chart.DIRECTORY.resolve("../../pom.xml")))
        .containsAnyOf(
            "<version>" + version + "</version>", "<version>" + version + "-SNAPSHOT</version>");
  }

  /** Objects whose members are for the user to choose are values, not sections. */
  private static boolean isSection(JsonNode value) {
    return value.isObject() && !value.isEmpty();
  }

  private static void undocumented(
      String path, JsonNode value, Set<String> documented, Set<String> undocumented) {
    value
        .properties()
        .forEach(member -> {
          String name = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
          boolean told = documented.contains(name) || documented.contains(path);
          if (isSection(member.getValue())) {
            undocumented(name, member.getValue(), documented, undocumented);
          } else if (!told) {
            undocumented.add(name);
          }
        });
  }

  private static void compare(String path, JsonNode value, JsonNode schema, Set<String> problems) {
    JsonNode properties = schema.at("/properties");
    if (properties.isMissingNode()) {
      return; // whatever the user likes
    }
    List<String> names = value.propertyStream().map(java.util.Map.Entry::getKey).toList();
    names.stream()
        .filter(name -> !properties.has(name))
        .forEach(name -> problems.add(path + name + ": not in values.schema.json"));
    properties
        .properties()
        .forEach(property -> {
          String name = property.getKey();
          if (!value.has(name)) {
            // The bridge has its own defaults for what is empty here.
            if (isSection(value) || path.isEmpty()) {
              problems.add(path + name + ": not in values.yaml");
            }
          } else if (!path.startsWith("resources") && !name.equals("resources")) {
            compare(path + name + ".", value.get(name), property.getValue(), problems);
          }
        });
  }

  private static void leaves(String path, JsonNode schema, Set<String> leaves) {
    if (schema.has("properties")) {
      schema
          .at("/properties")
          .properties()
          .forEach(property ->
              leaves(
                  path.isEmpty() ? property.getKey() : path + "." + property.getKey(),
                  property.getValue(),
                  leaves));
    } else {
      leaves.add(path);
    }
  }
}
