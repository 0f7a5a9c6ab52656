package io.regionbridge.api.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.regionbridge.api.feed.DirectoryServer;
import io.regionbridge.api.http.Router;
import io.regionbridge.api.lifecycle.RegionPair;
import io.regionbridge.api.reports.Introspection;
import io.regionbridge.api.reports.QueryLog;
import io.regionbridge.router.feed.FeedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the OpenAPI document against what is really served. Whoever adds a field or a path to the
 * interface adds it to {@code openapi.json}: this test names it.
 */
final class OpenApiTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(VersionFlag.V202012);

  @TempDir Path directory;

  @Test
  void listsThePathsThatAreServedAndNoOthers() throws Exception {
    JsonNode paths = document().path("paths");
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      try (Introspection bridge = new Introspection(regions.fsn1().state(), Clock.systemUTC())) {
        DirectoryServer feed = new DirectoryServer(new FeedServer(1));
        Map<String, Router.Route> routes =
            Sites.operators(bridge, new QueryLog(regions.fsn1().dns(), Clock.systemUTC()), feed);
        assertThat(names(paths)).isEqualTo(routes.keySet());
        Set<String> forPeers = names(paths);
        forPeers.removeIf(path -> !tags(paths.path(path)).contains("peers"));
        assertThat(forPeers).isEqualTo(Sites.peers(bridge, feed).keySet());
        routes.forEach((path, route) -> agree(path, route, paths.path(path)));
      }
    }
  }

  private static void agree(String path, Router.Route route, JsonNode described) {
    Set<String> methods = new HashSet<>();
    route.methods().forEach(method -> methods.add(method.toLowerCase(Locale.ROOT)));
    assertThat(methods.remove("head")).as("served wherever GET is").isTrue();
    assertThat(names(described)).as("methods of " + path).isEqualTo(methods);
    for (JsonNode method : described) {
      assertThat(method.has("security")).as(path + " needs a token").isEqualTo(!route.open());
      assertThat(names(method.path("responses").path("200").path("content")))
          .as("media types of " + path)
          .isEqualTo(
              new HashSet<>(
                  route.mediaTypes().stream().map(t -> t.replaceAll(";.*", "")).toList()));
    }
  }

  @Test
  void describesWhatIsReallyAnswered() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 2)) {
      String name = "/api/v1/trace?name=nats.messaging.svc.mn.internal";
      conforms(regions.get(name), 200, "Trace");
      conforms(regions.get(name), 200, "Trace");
      conforms(regions.get("/api/v1/trace?name=www.example.com"), 200, "Trace");
      conforms(regions.get("/api/v1/trace?name=none.svc.fsn1.internal"), 200, "Trace");
      conforms(regions.get("/api/v1/trace?name=a..b"), 400, "Problem");
      conforms(regions.get("/api/v1/status"), 200, "Status");
      conforms(regions.get("/api/v1/history"), 200, "History");
      conforms(regions.get("/api/v1/region"), 200, "RegionAnnouncement");
      conforms(regions.get("/api/v1/names?region=mn"), 200, "Names");
      conforms(regions.get("/api/v1/names?limit=0"), 400, "Problem");
      conforms(regions.get("/api/v1/query-log"), 200, "QueryLog");
      conforms(regions.send("PUT", "/api/v1/query-log?zone=."), 200, "QueryLog");
      conforms(regions.send("DELETE", "/api/v1/query-log"), 200, "QueryLog");
      conforms(regions.send("PUT", "/api/v1/query-log?zone=a..b"), 400, "Problem");
      conforms(regions.send("PUT", "/api/v1/status"), 405, "Problem");
      conforms(regions.get("/nothing"), 404, "Problem");
      HttpResponse<String> document = regions.get("/api/v1/openapi.json");
      assertThat(MAPPER.readTree(document.body())).isEqualTo(document());
    }
  }

  @Test
  void isMadeOfGoodSchemas() throws Exception {
    JsonNode document = document();
    assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
    JsonSchema meta =
        SCHEMAS.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    document
        .path("components")
        .path("schemas")
        .properties()
        .forEach(
            schema -> assertThat(meta.validate(schema.getValue())).as(schema.getKey()).isEmpty());
    for (JsonNode ref : document.findValues("$ref")) {
      assertThat(document.at(ref.asText().substring(1)).isMissingNode()).as(ref.asText()).isFalse();
    }
  }

  @Test
  void saysWhichParametersAreNeeded() throws Exception {
    JsonNode paths = document().path("paths");
    JsonNode name = paths.at("/~1api~1v1~1trace/get/parameters/0");
    assertThat(name.path("name").asText()).isEqualTo("name");
    assertThat(name.path("required").asBoolean()).isTrue();
    assertThat(name.at("/schema/minLength").asInt()).isEqualTo(1);
    JsonNode start = paths.at("/~1api~1v1~1query-log/put");
    Set<String> either = new HashSet<>();
    start.path("x-anyOfRequired").forEach(parameter -> either.add(parameter.asText()));
    assertThat(either).containsExactlyInAnyOrder("client", "zone", "failed");
    assertThat(start.path("parameters").findValuesAsText("name")).containsAll(either);
    try (RegionPair regions = RegionPair.start(directory, 0)) {
      conforms(regions.get("/api/v1/trace?name="), 400, "Problem");
      conforms(regions.send("PUT", "/api/v1/query-log"), 400, "Problem");
      for (String one : either) {
        String value =
            Map.of("client", "127.0.0.1", "zone", "mn.internal", "failed", "true").get(one);
        conforms(regions.send("PUT", "/api/v1/query-log?" + one + "=" + value), 200, "QueryLog");
      }
    }
  }

  @Test
  void describesTheDirectoryFeed() throws Exception {
    try (RegionPair regions = RegionPair.start(directory, 1)) {
      URL feed = URI.create(RegionPair.url(regions.mn(0)) + "/api/v1/directory").toURL();
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(feed.openStream(), StandardCharsets.UTF_8))) {
        for (String kind : List.of("start", "service", "current", "current")) {
          String line = lines.readLine();
          assertThat(names(MAPPER.readTree(line))).containsExactly(kind);
          conforms(line, "FeedLine");
        }
      }
    }
  }

  /** The schema, and that nothing is sent which it does not tell of. */
  private static void conforms(HttpResponse<String> response, int status, String schema)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    conforms(response.body(), schema);
  }

  private static void conforms(String body, String schema) throws IOException {
    ObjectNode strict = MAPPER.createObjectNode();
    strict.put("$ref", "#/components/schemas/" + schema);
    strict.set("components", document().path("components"));
    for (JsonNode each : strict.path("components").path("schemas")) {
      if (each.has("properties")) {
        ((ObjectNode) each).put("additionalProperties", false);
      }
    }
    Set<ValidationMessage> flaws = SCHEMAS.getSchema(strict).validate(MAPPER.readTree(body));
    assertThat(flaws).as(body + " against openapi.json").isEmpty();
  }

  private static JsonNode document() throws IOException {
    try (InputStream in =
        Sites.class.getResourceAsStream("/io/regionbridge/api/http/openapi.json")) {
      return MAPPER.readTree(in);
    }
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new HashSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Set<String> tags(JsonNode path) {
    Set<String> tags = new HashSet<>();
    path.path("get").path("tags").forEach(tag -> tags.add(tag.asText()));
    return tags;
  }
}
