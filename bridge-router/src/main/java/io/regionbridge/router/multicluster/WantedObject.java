package io.regionbridge.router.multicluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.regionbridge.router.kubernetes.OwnNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An object as there should be one.
 *
 * @param owner uid of the ServiceImport that it goes with, and its name; null: it is one
 * @param fields all besides its metadata
 */
record WantedObject(
    ObjectKind kind,
    String namespace,
    String name,
    Map<String, String> labels,
    Map<String, String> annotations,
    @Nullable Owner owner,
    Map<String, Object> fields) {
  /** Tells whether fields were wanted once that are not any more. */
  private static final String APPLIED = OwnNames.PREFIX + "applied";

  private static final int DIGITS = 16;

  /**
   * Fields that an older API server, or an older version of the API, leaves out of what it takes or
   * refuses.
   */
  private static final Set<String> LATER =
      Set.of("ipFamilies", "internalTrafficPolicy", "trafficDistribution");

  /** The ServiceImport that an object goes with. */
  record Owner(String name, String uid) {}

  /** How people call it. */
  String title() {
    return "%s %s/%s".formatted(kind.kind(), namespace, name);
  }

  /** The object to apply. */
  GenericKubernetesResource toApply(ServedApi api, @Nullable String version) {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(kind.apiVersion(api));
    object.setKind(kind.kind());
    ObjectMetaBuilder metadata =
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(name)
            .withResourceVersion(version)
            .withLabels(allLabels())
            .withAnnotations(allAnnotations());
    if (owner != null) {
      metadata
          .addNewOwnerReference()
          .withApiVersion(ObjectKind.IMPORT.apiVersion(api))
          .withKind(ObjectKind.IMPORT.kind())
          .withName(owner.name())
          .withUid(owner.uid())
          .endOwnerReference();
    }
    object.setMetadata(metadata.build());
    object.setAdditionalProperties(fields);
    return object;
  }

  /** Removes the fields that an older API server may lack, and returns whether there were any. */
  static boolean removeLaterFields(GenericKubernetesResource object) {
    if (!(object.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec)) {
      return false;
    }
    Map<Object, Object> kept = new LinkedHashMap<>(spec);
    boolean removed = kept.keySet().removeAll(LATER);
    Map<String, Object> fields = new LinkedHashMap<>(object.getAdditionalProperties());
    fields.put("spec", kept);
    object.setAdditionalProperties(fields);
    return removed;
  }

  /**
   * Whether a stored object says all of it, and nothing more of ours. A field that the API server
   * left out when it took the object is not missing.
   */
  boolean is(StoredObject stored) {
    return covers(stored.labels(), allLabels())
        && covers(stored.annotations(), allAnnotations()) // so it is what was applied last
        && covers(stored.fields(), fields);
  }

  private Map<String, String> allLabels() {
    Map<String, String> all = new TreeMap<>(labels);
    all.put(OwnNames.MANAGED_BY, OwnNames.MANAGER);
    return all;
  }

  private Map<String, String> allAnnotations() {
    Map<String, String> all = new TreeMap<>(annotations);
    all.put(APPLIED, digest());
    return all;
  }

  /** The same for the same wish, whatever order its maps have. */
  private String digest() {
    return digest(
        sorted(
                Map.of(
                    "labels", labels,
                    "annotations", annotations,
                    "owner", String.valueOf(owner),
                    "fields", fields))
            .toString());
  }

  /** A short name for a text, in hexadecimal digits. */
  static String digest(String text) {
    try {
      byte[] octets =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(octets).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-256", e);
    }
  }

  private static Object sorted(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, element) -> sorted.put(String.valueOf(key), sorted(element)));
        yield sorted;
      }
      case List<?> list -> list.stream().map(WantedObject::sorted).toList();
      default -> value;
    };
  }

  private static boolean covers(Map<?, ?> stored, String field, Object wanted) {
    Object value = stored.get(field);
    return value == null ? LATER.contains(field) : covers(value, wanted);
  }

  /** Whether one value says what another one says, and maybe more that the API server added. */
  private static boolean covers(@Nullable Object stored, Object wanted) {
    return switch (wanted) {
      case Map<?, ?> map ->
          stored instanceof Map<?, ?> other
              && map.entrySet().stream()
                  .allMatch(
                      entry -> covers(other, String.valueOf(entry.getKey()), entry.getValue()));
      case List<?> list -> {
        if (!(stored instanceof List<?> other) || other.size() != list.size()) {
          yield false;
        }
        boolean same = true;
        for (int i = 0; i < list.size(); i++) {
          same &= covers(other.get(i), list.get(i));
        }
        yield same;
      }
      case Number number ->
          stored instanceof Number other && other.longValue() == number.longValue();
      default -> wanted.equals(stored);
    };
  }
}
