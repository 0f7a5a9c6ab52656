package io.regionbridge.router.discovery;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The label of router nodes.
 *
 * @param value null: any value will do
 */
record LabelSelector(String key, @Nullable String value) {
  /** {@code key=value} or {@code key}. */
  static LabelSelector parse(String text) {
    int equals = text.indexOf('=');
    return equals < 0
        ? new LabelSelector(text, null)
        : new LabelSelector(text.substring(0, equals), text.substring(equals + 1));
  }

  boolean matches(@Nullable Map<String, String> labels) {
    return labels != null
        && labels.containsKey(key)
        && (value == null || value.equals(labels.get(key)));
  }
}
