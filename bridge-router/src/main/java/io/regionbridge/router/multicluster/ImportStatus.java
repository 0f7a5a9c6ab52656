package io.regionbridge.router.multicluster;

import io.regionbridge.router.kubernetes.Conditions.Finding;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The status of a ServiceImport. Pure.
 *
 * @param clusters the exporting regions, sorted
 * @param ready the condition {@code Ready}; not written where the API version has no conditions of
 *     imports
 */
record ImportStatus(List<String> clusters, Finding ready) {
  private static final String SLICES = "endpointSliceObjects";
  private static final String PRESENT = "Present";

  /** Whether an object says all of it. */
  boolean isOf(StoredObject object, ServedApi api) {
    return Set.copyOf(object.texts("cluster", "status", "clusters")).equals(Set.copyOf(clusters))
        && (!api.hasImportConditions()
            || PRESENT.equals(object.at("status", SLICES))
                && StatusConditions.matches(object, List.of(ready)));
  }

  /** The status to write. Times of unchanged conditions come from {@code object}. */
  Map<String, Object> fields(@Nullable StoredObject object, ServedApi api, Instant now) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("clusters", clusters.stream().map(cluster -> Map.of("cluster", cluster)).toList());
    if (api.hasImportConditions()) {
      fields.put(SLICES, PRESENT);
      fields.putAll(StatusConditions.of(object, List.of(ready), now));
    }
    return fields;
  }
}
