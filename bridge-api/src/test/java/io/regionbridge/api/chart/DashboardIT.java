package io.regionbridge.api.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The figures at the top of the dashboard while bridges cannot be scraped, judged by Prometheus'
 * own tool: none of them is green for want of bridges that could say otherwise.
 */
class DashboardIT {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Ten minutes of scrapes that succeed, then ten that do not. */
  private static final String GONE = "1x40 0x40";

  private static final String STALE_AFTER_TEN_MINUTES = "1x40 stale";

  @TempDir private Path directory;

  @Test
  void oneBridgeOfFourIsAQuarter() throws IOException {
    ObjectNode test = bridges("1x80", "1x80");
    for (String bridge : List.of("b", "c", "d")) {
      addBridge(test, bridge, GONE, STALE_AFTER_TEN_MINUTES);
    }
    expect(test, "Bridges ready", Optional.of(0.25));
    expect(test, "Lost", Optional.of(0.0));
    expect(test, "Gateways down", Optional.of(0.0));
    judge(test);
  }

  @Test
  void bridgesThatAreAllGoneAreNoneAndSayNothing() throws IOException {
    ObjectNode test = bridges(GONE, STALE_AFTER_TEN_MINUTES);
    expect(test, "Bridges ready", Optional.of(0.0));
    expect(test, "Regions reachable", Optional.empty());
    expect(test, "Lost", Optional.empty());
    expect(test, "Gateways down", Optional.empty());
    judge(test);
  }

  @Test
  void aNodeThatIsNoRouterAnyMoreIsNotCounted() throws IOException {
    ObjectNode test = bridges("1x80", "1x80");
    addBridge(test, "b", STALE_AFTER_TEN_MINUTES, STALE_AFTER_TEN_MINUTES);
    expect(test, "Bridges ready", Optional.of(1.0));
    judge(test);
  }

  /** A test with one bridge. */
  private static ObjectNode bridges(String up, String ready) {
    ObjectNode test = JSON.objectNode().put("interval", "15s");
    test.putArray("input_series");
    test.putArray("promql_expr_test");
    addBridge(test, "a", up, ready);
    return test;
  }

  private static void addBridge(ObjectNode test, String name, String up, String ready) {
    String labels =
        "{job=\"region-bridge\", instance=\"%s\", local_region=\"fsn1\"}".formatted(name);
    ArrayNode series = (ArrayNode) test.get("input_series");
    series.addObject().put("series", "up" + labels).put("values", up);
    series.addObject().put("series", "region_bridge_ready" + labels).put("values", ready);
    series
        .addObject()
        .put(
            "series",
            labels.replace("{", "region_bridge_gateway_up{region=\"mn\", gateway=\"g\", "))
        .put("values", ready);
  }

  /** What a panel shows after eighteen minutes; empty: nothing. */
  private static void expect(ObjectNode test, String panel, Optional<Double> value) {
    ObjectNode expected = ((ArrayNode) test.get("promql_expr_test")).addObject();
    expected.put("expr", expression(panel)).put("eval_time", "18m");
    ArrayNode samples = expected.putArray("exp_samples");
    value.ifPresent(number -> samples.addObject().put("labels", "{}").put("value", number));
  }

  private static String expression(String title) {
    JsonNode panel =
        Chart.json("dashboards/region-bridge.json")
            .at("/panels")
            .valueStream()
            .filter(each -> each.path("title").asText().equals(title))
            .findFirst()
            .orElseThrow();
    return panel.at("/targets/0/expr").asText().replaceAll("\\$(local_region|instance)", ".*");
  }

  private void judge(ObjectNode test) throws IOException {
    ObjectNode file = JSON.objectNode().put("evaluation_interval", "15s");
    file.putArray("tests").add(test);
    Path written = Files.writeString(directory.resolve("dashboard_test.yaml"), Chart.toYaml(file));
    Helm.run(NativeTool.find("promtool"), List.of("test", "rules", written.toString())).succeeded();
  }
}
