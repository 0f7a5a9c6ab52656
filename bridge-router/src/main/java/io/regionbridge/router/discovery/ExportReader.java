package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.regionbridge.router.directory.ClusterSetRole;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The facts of a ServiceExport object of any version of its API. */
final class ExportReader {
  private ExportReader() {}

  /**
   * @throws MalformedObjectException if it does not say when it was made
   */
  static ClusterSetRole.Exported read(GenericKubernetesResource object) {
    try {
      return new ClusterSetRole.Exported(
          Instant.parse(String.valueOf(object.getMetadata().getCreationTimestamp())),
          texts(object.get("spec", "exportedLabels")),
          texts(object.get("spec", "exportedAnnotations")));
    } catch (DateTimeParseException e) {
      throw new MalformedObjectException("metadata.creationTimestamp is not a time");
    }
  }

  private static Map<String, String> texts(@Nullable Object field) {
    Map<String, String> texts = new HashMap<>();
    if (field instanceof Map<?, ?> map) {
      map.forEach((key, value) -> {
        if (key instanceof String name && value instanceof String text) {
          texts.put(name, text);
        }
      });
    }
    return texts;
  }
}
