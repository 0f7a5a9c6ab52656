package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.kubernetes.OwnNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object in the API server.
 *
 * @param ours whether a bridge wrote it
 * @param fields without metadata; empty for an object that is not ours
 */
record StoredObject(
    String namespace,
    String name,
    String version,
    String uid,
    boolean ours,
    Map<String, String> labels,
    Map<String, String> annotations,
    Map<String, Object> fields) {

  static StoredObject of(GenericKubernetesResource object) {
    ObjectMeta metadata = object.getMetadata();
    boolean ours = OwnNames.areOn(metadata.getLabels());
    return new StoredObject(
        metadata.getNamespace(),
        metadata.getName(),
        text(metadata.getResourceVersion()),
        text(metadata.getUid()),
        ours,
        ours ? copy(metadata.getLabels()) : Map.of(),
        ours ? copy(metadata.getAnnotations()) : Map.of(),
        ours ? Map.copyOf(object.getAdditionalProperties()) : Map.of());
  }

  /** An object of which only the status matters, with any owner. */
  static StoredObject statusOf(GenericKubernetesResource object) {
    ObjectMeta metadata = object.getMetadata();
    Object status = object.getAdditionalProperties().get("status");
    return new StoredObject(
        metadata.getNamespace(),
        metadata.getName(),
        text(metadata.getResourceVersion()),
        text(metadata.getUid()),
        false,
        Map.of(),
        Map.of(),
        status == null ? Map.of() : Map.of("status", status));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static Map<String, String> copy(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : Map.copyOf(map);
  }

  /** The imported Service that it belongs to; of a ServiceImport, that of its own name. */
  ServiceKey service() {
    return new ServiceKey(namespace, labels.getOrDefault(ClusterSetRole.Derived.LABEL, name));
  }

  /** What is at the end of a path of fields; null if there is nothing. */
  @Nullable Object at(String... path) {
    Object at = fields;
    for (String field : path) {
      at = at instanceof Map<?, ?> map ? map.get(field) : null;
    }
    return at;
  }

  /** The texts of a list; those of {@code field} if its elements are objects. */
  List<String> texts(String field, String... path) {
    List<String> texts = new ArrayList<>();
    if (at(path) instanceof List<?> list) {
      for (Object element : list) {
        Object value = element instanceof Map<?, ?> map ? map.get(field) : element;
        if (value instanceof String text) {
          texts.add(text);
        }
      }
    }
    return texts;
  }
}
