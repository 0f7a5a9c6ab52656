package io.regionbridge.router.directory.manifest;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with one object, each thing once. */
final class Report {
  private final String file;
  private String object;
  private final Set<ManifestProblem> problems = new LinkedHashSet<>(0);

  /**
   * @param place where the object is, to go by until it has a name
   */
  Report(String file, String place) {
    this.file = file;
    this.object = place;
  }

  /** From here on the object is known by this name. */
  void setObject(String named) {
    object = named;
  }

  void add(int line, int column, String path, String reason) {
    problems.add(new ManifestProblem(file, line, column, object, path, reason));
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  List<ManifestProblem> problems() {
    return List.copyOf(problems);
  }
}
