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
 * The conditions in an object's status. Only those count that findings speak of: somebody else may
 * add others. Pure.
 */
final class StatusConditions {
  private StatusConditions() {}

  /** Whether an object's conditions say what was found. */
  static boolean matches(StoredObject object, List<Finding> findings) {
    return findings.stream()
        .allMatch(finding -> {
          Map<?, ?> condition = condition(object, finding.type());
          return condition != null
              && finding.state().text().equals(condition.get("status"))
              && finding.reason().equals(condition.get("reason"))
              && finding.message().equals(condition.get("message"));
        });
  }

  /**
   * The status field with the conditions to write. Times of unchanged conditions come from {@code
   * object}.
   */
  static Map<String, Object> of(
      @Nullable StoredObject object, List<Finding> findings, Instant now) {
    List<Map<String, Object>> conditions = new ArrayList<>();
    for (Finding finding : findings) {
      Map<?, ?> before = object == null ? null : condition(object, finding.type());
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

  private static @Nullable Map<?, ?> condition(StoredObject object, String type) {
    if (object.at("status", "conditions") instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Map<?, ?> condition && type.equals(condition.get("type"))) {
          return condition;
        }
      }
    }
    return null;
  }
}
