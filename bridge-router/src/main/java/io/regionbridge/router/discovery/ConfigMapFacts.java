package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.regionbridge.router.kubernetes.ManagedFields;
import io.regionbridge.router.kubernetes.OwnNames;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The relevant facts of a ConfigMap.
 *
 * @param resourceVersion for writes that must not overwrite another one
 * @param data the keys in use; other keys have empty values
 * @param changedBy the last other writer, if known
 */
public record ConfigMapFacts(
    String name, String resourceVersion, Map<String, String> data, Optional<String> changedBy) {
  public ConfigMapFacts {
    data = Map.copyOf(data);
  }

  /** One whose last writer is not known. */
  public ConfigMapFacts(String name, String resourceVersion, Map<String, String> data) {
    this(name, resourceVersion, data, Optional.empty());
  }

  /**
   * @param kept the keys whose values matter; empty: all of them
   */
  static ConfigMapFacts of(ConfigMap map, Set<String> kept) {
    Map<String, String> data = new TreeMap<>();
    if (map.getData() != null) {
      map.getData()
          .forEach(
              (key, value) -> data.put(key, kept.isEmpty() || kept.contains(key) ? value : ""));
    }
    return new ConfigMapFacts(
        map.getMetadata().getName(),
        map.getMetadata().getResourceVersion(),
        data,
        ManagedFields.lastOther(map.getMetadata(), OwnNames.MANAGER));
  }
}
