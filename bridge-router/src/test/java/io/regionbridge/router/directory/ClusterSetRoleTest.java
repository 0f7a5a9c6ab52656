package io.regionbridge.router.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.regionbridge.router.settings.RegionSettings;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterSetRoleTest {
  private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");
  private static final ClusterSetRole.Exported EXPORT = new ClusterSetRole.Exported(SINCE);

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          team, a, true
          example.com/team, a.b_c-d, true
          team, '', true
          team, 'two words', false
          team, -a, false
          '', a, false
          Example.com/team, a, false
          a/b/c, a, false
          app.kubernetes.io/managed-by, me, false
          app.kubernetes.io/name, me, true
          region-bridge.io/export, 'false', false
          multicluster.kubernetes.io/service-name, x, false
          """)
  void aLabelIsKeptIfAnObjectCanHaveItAndNoBridgeSetsIt(String key, String value, boolean kept) {
    assertThat(new ClusterSetRole.Exported(SINCE, Map.of(key, value), Map.of()).labels())
        .hasSize(kept ? 1 : 0);
  }

  @Test
  void annotationsMaySayMore() {
    ClusterSetRole.Exported export =
        new ClusterSetRole.Exported(
            SINCE, Map.of(), Map.of("a", "two words", "b", "x".repeat(1025), "bad key", "x"));
    assertThat(export.annotations()).containsOnlyKeys("a");
  }

  @Test
  void thereAreBounds() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      many.put("k" + (100 + i), "v");
    }
    many.put("a".repeat(64) + "/b", "v");
    ClusterSetRole.Exported export = new ClusterSetRole.Exported(SINCE, many, many);
    assertThat(export.labels()).hasSize(32).containsKeys("k100", "k131");
    assertThat(export.annotations()).isEqualTo(export.labels());
  }

  @Test
  void aServiceIsExportedAsLongAsBothObjectsAreThere() {
    DirectoryIndex index = new DirectoryIndex();
    index.export(Samples.WEB, EXPORT);
    assertThat(index.directory().service(Samples.WEB)).isNull();
    index.put(Samples.clusterIp(Samples.WEB, "10.43.0.1"));
    assertThat(role(index)).isEqualTo(EXPORT);
    Directory before = index.directory();
    index.export(Samples.WEB, EXPORT);
    assertThat(index.directory()).isSameAs(before);
    index.unexport(Samples.WEB);
    assertThat(role(index)).isNull();
    assertThat(index.directory().changes(before)).containsExactly(Samples.WEB);
  }

  @Test
  void whatABridgeMadeIsNotExported() {
    ServiceFacts made =
        Samples.clusterIp(Samples.WEB).withRole(new ClusterSetRole.Derived("other"));
    assertThat(ExportRule.ALL.exports(made)).isFalse();
    DirectoryIndex index = new DirectoryIndex();
    index.put(made);
    index.export(Samples.WEB, EXPORT);
    assertThat(role(index)).isEqualTo(made.role());
  }

  @Test
  void aServiceExportCountsAsAnAnnotation() {
    ExportRule rule = new ExportRule(RegionSettings.Export.ANNOTATED, Set.of("hidden"));
    ServiceFacts service = Samples.clusterIp(Samples.WEB);
    assertThat(rule.exports(service)).isFalse();
    assertThat(rule.exports(service.withRole(EXPORT))).isTrue();
    ServiceKey hidden = new ServiceKey("hidden", "web");
    assertThat(rule.exports(Samples.clusterIp(hidden).withRole(EXPORT))).isFalse();
  }

  private static @Nullable ClusterSetRole role(DirectoryIndex index) {
    return Objects.requireNonNull(index.directory().service(Samples.WEB)).facts().role();
  }
}
