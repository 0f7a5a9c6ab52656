package io.regionbridge.api.chart;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.api.ReferencePage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The fields of docs/reference/objects.md are those of the CustomResourceDefinitions, which are
 * themselves generated from the classes of the control plane.
 */
final class ObjectsPageTest {
  @Test
  void hasTheFieldsThatThereAre() throws IOException {
    StringBuilder page = new StringBuilder();
    for (String plural : List.of("regions", "routernodes")) {
      JsonNode spec = Chart.yaml("crds/" + plural + ".region-bridge.io.yaml").path("spec");
      JsonNode version = spec.path("versions").path(0);
      page.append(
          "## %s\n\n`%s/%s`, %s, `kubectl get %s`.\n\n"
              .formatted(
                  spec.at("/names/kind").asText(),
                  spec.path("group").asText(),
                  version.path("name").asText(),
                  spec.path("scope").asText().equals("Cluster") ? "cluster-scoped" : "namespaced",
                  plural));
      page.append("| field | type | meaning | limits |\n|---|---|---|---|\n");
      JsonNode schema = version.at("/schema/openAPIV3Schema/properties");
      rows("spec", schema.path("spec"), page);
      rows("status", schema.path("status"), page);
      page.append('\n');
    }
    page.setLength(page.length() - 1);
    new ReferencePage("objects.md", "fields", getClass()).shouldHave(page.toString());
  }

  private static void rows(String path, JsonNode node, StringBuilder page) {
    for (Map.Entry<String, JsonNode> field : node.path("properties").properties()) {
      JsonNode schema = field.getValue();
      String name = path + "." + field.getKey();
      page.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  name,
                  type(schema),
                  ReferencePage.cell(schema.path("description").asText()),
                  String.join(", ", limits(schema))));
      rows(name, schema, page);
      rows(name + "[]", schema.path("items"), page);
    }
  }

  private static String type(JsonNode schema) {
    String type = schema.path("type").asText();
    return type.equals("array") ? "list of " + type(schema.path("items")) : type;
  }

  /** What Kubernetes refuses beyond. */
  private static List<String> limits(JsonNode schema) {
    List<String> limits = new ArrayList<>();
    schema.path("enum").forEach(word -> limits.add("`" + word.asText() + "`"));
    if (schema.has("maxItems")) {
      limits.add("at most " + schema.path("maxItems").asInt() + " entries");
    }
    if (schema.has("maxLength")) {
      limits.add("at most " + schema.path("maxLength").asInt() + " characters");
    }
    if (schema.has("minimum") && schema.has("maximum")) {
      limits.add(
          "%d to %d".formatted(schema.path("minimum").asLong(), schema.path("maximum").asLong()));
    }
    return limits;
  }
}
