package io.regionbridge.api.endpoints;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.regionbridge.api.ReferencePage;
import io.regionbridge.api.http.Router;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The paths of docs/reference/http.md are those of the OpenAPI document, which {@link OpenApiTest}
 * holds against what is served.
 */
final class HttpPageTest {
  private static final List<String> METHODS = List.of("get", "put", "delete");

  @Test
  void hasThePathsThatThereAre() throws IOException {
    StringBuilder page = new StringBuilder("| path | answers | media types | token |\n");
    page.append("|---|---|---|---|\n");
    StringBuilder parameters = new StringBuilder("| parameter | of | meaning |\n|---|---|---|\n");
    for (Map.Entry<String, JsonNode> path : document().path("paths").properties()) {
      for (String method : METHODS) {
        JsonNode operation = path.getValue().path(method);
        if (!operation.isMissingNode()) {
          String name = method.toUpperCase(Locale.ROOT) + " " + path.getKey();
          page.append(row(name, operation));
          operation.path("parameters").forEach(p -> parameters.append(parameter(name, p)));
        }
      }
    }
    new ReferencePage("http.md", "paths", getClass()).shouldHave(page + "\n" + parameters);
  }

  private static String row(String name, JsonNode operation) {
    String types =
        operation
            .at("/responses/200/content")
            .propertyStream()
            .map(type -> "`" + type.getKey() + "`")
            .collect(joining(", "));
    boolean peers =
        operation.path("tags").valueStream().anyMatch(tag -> tag.asText().equals("peers"));
    return "| `%s` | %s%s | %s | %s |\n"
        .formatted(
            name,
            ReferencePage.cell(operation.path("summary").asText()),
            peers ? " Also on the overlay address." : "",
            types,
            operation.has("security") ? "where one is set" : "never");
  }

  private static String parameter(String name, JsonNode parameter) {
    JsonNode schema = parameter.path("schema");
    String usual =
        schema.has("default") ? " Default: `" + schema.path("default").asText() + "`." : "";
    String required = parameter.path("required").asBoolean() ? " Required." : "";
    return "| `%s` | `%s` | %s%s%s |\n"
        .formatted(
            parameter.path("name").asText(),
            name,
            ReferencePage.cell(parameter.path("description").asText()),
            required,
            usual);
  }

  private static JsonNode document() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Router.class.getResourceAsStream("openapi.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }
}
