package io.regionbridge.api.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.regionbridge.testkit.NativeTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples for Argo CD and Flux: what they give to Helm renders, and their health is right. */
class GitOpsIT {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"mgmt", "mn", "fsn1"})
  void argoRendersEachCluster(String region) {
    JsonNode helm =
        Chart.yaml("examples/argocd/applicationset.yaml").at("/spec/template/spec/source/helm");
    assertThat(helm.at("/parameters/0/name").asText()).isEqualTo("region.name");
    renders(region, helm.at("/valueFiles").valueStream().map(JsonNode::asText));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mgmt", "mn", "fsn1"})
  void fluxRendersEachCluster(String region) {
    JsonNode release =
        Chart.parseAll(Chart.text("examples/flux/helmreleases.yaml")).stream()
            .filter(o -> o.at("/metadata/name").asText().equals("region-bridge-" + region))
            .findFirst()
            .orElseThrow();
    assertThat(release.at("/spec/values/region/name").asText()).isEqualTo(region);
    assertThat(release.at("/spec/upgrade/crds").asText()).isEqualTo("CreateReplace");
    renders(
        region,
        release
            .at("/spec/chart/spec/valuesFiles")
            .valueStream()
            .map(file -> file.asText().replaceFirst("^charts/region-bridge/", "")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                          | Progressing
          {status: {}}                                                                | Progressing
          {status: {conditions: []}}                                                  | Progressing
          {status: {conditions: [{type: Ready, status: 'True', message: fine}]}}      | Healthy
          {status: {conditions: [{type: Ready, status: 'False', message: gone}]}}     | Degraded
          {status: {conditions: [{type: Ready, status: Unknown, message: new}]}}      | Progressing
          {status: {conditions: [{type: CIDRConflict, status: 'True', message: two}, {type: Ready, status: 'True'}]}} | Degraded
          {status: {conditions: [{type: CIDRConflict, status: 'False'}, {type: Ready, status: 'True'}]}} | Healthy
          {status: {observedGeneration: 1, conditions: [{type: Ready, status: 'True'}]}} | Progressing
          {status: {observedGeneration: 2, conditions: [{type: Ready, status: 'True'}]}} | Healthy
          """)
  void argoKnowsTheHealthOfARegion(String object, String health) throws IOException {
    String script =
        Chart.yaml("examples/argocd/argocd-cm.yaml")
            .at("/data")
            .get("resource.customizations.health.region-bridge.io_Region")
            .asText();
    JsonNode region = Chart.parse(object);
    Path file = directory.resolve("health.lua");
    Files.writeString(
        file,
        "local obj = "
            + lua(region).replaceFirst("\\{", "{ metadata = { generation = 2 }, ")
            + "\nlocal result = (function()\n"
            + script.replaceFirst("hs =", "local hs =")
            + "\nend)()\nprint(result.status)\n");
    String answer = Helm.run(NativeTool.find("lua5.4"), List.of(file.toString())).succeeded();
    assertThat(answer.strip()).isEqualTo(health);
  }

  @Test
  void theConditionsAreThoseThatTheBridgeWrites() throws IOException {
    String report =
        Files.readString(
            Path.of(
                "../bridge-router/src/main/java/io/regionbridge/router/report/RegionReport.java"));
    assertThat(report).contains("\"Ready\"", "\"CIDRConflict\"");
  }

  private static void renders(String region, Stream<String> files) {
    List<String> values = new ArrayList<>();
    files.forEach(file -> values.add("--values=" + Chart.DIRECTORY.resolve(file)));
    values.add("--set=region.name=" + region);
    List<JsonNode> objects = Helm.objects(values.toArray(String[]::new));
    assertThat(objects.stream().filter(o -> o.at("/kind").asText().equals("Region")))
        .extracting(o -> o.at("/metadata/name").asText())
        .hasSize(2)
        .doesNotContain(region);
  }

  /** A table as Lua writes it. */
  private static String lua(JsonNode node) {
    if (node.isObject()) {
      StringBuilder table = new StringBuilder("{");
      node.properties()
          .forEach(member ->
              table
                  .append(member.getKey())
                  .append(" = ")
                  .append(lua(member.getValue()))
                  .append(", "));
      return table.append("}").toString();
    }
    if (node.isArray()) {
      StringBuilder table = new StringBuilder("{");
      node.forEach(item -> table.append(lua(item)).append(", "));
      return table.append("}").toString();
    }
    return node.isNumber() ? node.asText() : "\"" + node.asText() + "\"";
  }
}
