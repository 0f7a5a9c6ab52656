package io.regionbridge.router.multicluster;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The status of a ServiceExport. Only those of its conditions count that findings speak of:
 * somebody else may add others. Pure.
 */
final class ExportStatus {
  private ExportStatus() {}

  /** Whether an object's conditions say what was found. */
  static boolean says(StoredObject export, List<Finding> findings) {
    return findings.stream()
        .allMatch(finding -> {
          Map<?, ?> condition = condition(export, finding.type());
          return condition != null
              && finding.state().text().equals(condition.get("status"))
              && finding.reason().equals(condition.get("reason"))
              && finding.message().equals(condition.get("message"));
        });
  }

  /**
   * The status to write.
   *
   * @param export as it is, for the times of what does not change
   */
  static Map<String, Object> of(
      @Nullable StoredObject export, List<Finding> findings, Instant now) {
    List<Map<String, Object>> conditions = new ArrayList<>();
    for (Finding finding : findings) {
      Map<?, ?> before = export == null ? null : condition(export, finding.type());
      Object since =
          before != null && finding.state().text().equals(before.get("status"))
              ? before.get("lastTransitionTime")
              : null;
      Map<String, Object> condition = new LinkedHashMap<>();
      condition.put("type", finding.type());
      condition.put("status", finding.state().text());
      condition.put("reason", finding.reason());
      condition.put("message", finding.message());
      condition.put(
          "lastTransitionTime",
          since == null ? now.truncatedTo(ChronoUnit.SECONDS).toString() : since);
      conditions.add(condition);
    }
    return Map.of("conditions", conditions);
  }

  private static @Nullable Map<?, ?> condition(StoredObject export, String type) {
    if (export.at("status", "conditions") instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Map<?, ?> condition && type.equals(condition.get("type"))) {
          return condition;
        }
      }
    }
    return null;
  }
}
