package io.regionbridge.router.kubernetes;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Who set which fields of an object, as the API server records it in {@code
 * metadata.managedFields}. A field that nobody set has a default of the resource's schema.
 * Immutable.
 *
 * @param own set by the bridge's server-side apply
 * @param others set by anybody else
 */
public record ManagedFields(Set<List<String>> own, Set<List<String>> others) {
  /** Nobody set anything. */
  public static final ManagedFields NONE = new ManagedFields(Set.of(), Set.of());

  private static final String APPLY = "Apply";
  private static final String FIELD = "f:";

  public ManagedFields {
    own = Set.copyOf(own);
    others = Set.copyOf(others);
  }

  /**
   * Reads the record of an object. A list counts as a whole. Of the bridge's own writes only those
   * by server-side apply count: by the others it removes fields, and the API server names it for
   * the default that replaces them.
   *
   * @param manager the bridge's field manager
   */
  public static ManagedFields of(ObjectMeta metadata, String manager) {
    Set<List<String>> own = new HashSet<>();
    Set<List<String>> others = new HashSet<>();
    List<ManagedFieldsEntry> entries = metadata.getManagedFields();
    for (ManagedFieldsEntry entry : entries == null ? List.<ManagedFieldsEntry>of() : entries) {
      boolean ours = manager.equals(entry.getManager());
      if (entry.getFieldsV1() != null && (!ours || APPLY.equals(entry.getOperation()))) {
        collect(List.of(), entry.getFieldsV1().getAdditionalProperties(), ours ? own : others);
      }
    }
    return new ManagedFields(own, others);
  }

  /**
   * The last other writer of an object, if known.
   *
   * @param manager the bridge's field manager
   */
  public static Optional<String> lastOther(ObjectMeta metadata, String manager) {
    List<ManagedFieldsEntry> entries = metadata.getManagedFields();
    return (entries == null ? List.<ManagedFieldsEntry>of() : entries)
        .stream()
            .filter(entry -> entry.getManager() != null && !entry.getManager().equals(manager))
            // RFC 3339 in UTC, whose order is that of the text.
            .max(Comparator.comparing(entry -> Objects.toString(entry.getTime(), "")))
            .map(ManagedFieldsEntry::getManager);
  }

  private static void collect(List<String> path, Map<?, ?> fields, Set<List<String>> found) {
    boolean leaf = true;
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      String name = String.valueOf(field.getKey());
      if (name.startsWith(FIELD) && field.getValue() instanceof Map<?, ?> inner) {
        leaf = false;
        List<String> inside = new ArrayList<>(path);
        inside.add(name.substring(FIELD.length()));
        collect(List.copyOf(inside), inner, found);
      }
    }
    if (leaf && !path.isEmpty()) {
      found.add(path);
    }
  }

  /** Whether anybody set a field or one inside of it. */
  public boolean isSet(List<String> path) {
    return within(own, path) || within(others, path) || around(others, path);
  }

  /** Whether anybody but the bridge set a field, one inside of it, or one that it is inside of. */
  public boolean isSetByOthers(List<String> path) {
    return within(others, path) || around(others, path);
  }

  private static boolean within(Set<List<String>> fields, List<String> path) {
    return fields.stream().anyMatch(field -> begins(field, path));
  }

  private static boolean around(Set<List<String>> fields, List<String> path) {
    return fields.stream().anyMatch(field -> begins(path, field));
  }

  private static boolean begins(List<String> path, List<String> beginning) {
    return path.size() >= beginning.size() && path.subList(0, beginning.size()).equals(beginning);
  }
}
