package io.regionbridge.router.diagnosis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rights that are missing in one place, reported together: without a Role all of its rights are.
 * Pure.
 *
 * @param verbs each of them is missing for each of the objects
 * @param resource with its group
 * @param names of the objects; empty: any
 * @param namespace empty: all of them, or none
 */
record MissingRights(List<String> verbs, String resource, List<String> names, String namespace) {
  /** Those without verbs are of one object, or of any. */
  private record Place(String resource, String name, String namespace) {}

  private record Verbs(List<String> verbs, String resource, boolean named, String namespace) {}

  MissingRights {
    verbs = List.copyOf(verbs);
    names = List.copyOf(names);
  }

  /** All of them, in their order. */
  static List<MissingRights> of(List<Right> rights) {
    Map<Place, List<String>> verbs = new LinkedHashMap<>();
    for (Right right : rights) {
      String resource = right.resource() + (right.group().isEmpty() ? "" : "." + right.group());
      verbs
          .computeIfAbsent(
              new Place(resource, right.name(), right.namespace()), _ -> new ArrayList<>())
          .add(right.verb());
    }
    Map<Verbs, List<String>> names = new LinkedHashMap<>();
    verbs.forEach((place, of) -> {
      List<String> listed =
          names.computeIfAbsent(
              new Verbs(
                  List.copyOf(of), place.resource(), !place.name().isEmpty(), place.namespace()),
              _ -> new ArrayList<>());
      if (!place.name().isEmpty()) {
        listed.add(place.name());
      }
    });
    return names.entrySet().stream()
        .map(entry ->
            new MissingRights(
                entry.getKey().verbs(),
                entry.getKey().resource(),
                entry.getValue(),
                entry.getKey().namespace()))
        .toList();
  }

  /** Such as {@code get, list configmaps coredns in kube-system}. */
  @Override
  public String toString() {
    return String.join(", ", verbs)
        + " "
        + resource
        + (names.isEmpty() ? "" : " " + String.join(", ", names))
        + (namespace.isEmpty() ? "" : " in " + namespace);
  }
}
