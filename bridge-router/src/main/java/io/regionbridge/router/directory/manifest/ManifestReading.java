package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The result of reading a manifest file. */
public sealed interface ManifestReading {
  /** At most {@value} problems of a file are reported, and how many more there are. */
  int MOST_PROBLEMS = 200;

  /**
   * The file is sound, and these are its Services and EndpointSlices. Objects with a problem are
   * left out.
   *
   * @param brokenServices which Services were left out, as far as they had a name
   * @param brokenSlices which EndpointSlices were left out, as far as they had a name
   * @param nameless whether something was left out that did not even have a name, so that nobody
   *     can tell what is missing
   */
  record Content(
      Map<ServiceKey, ServiceFacts> services,
      Map<EndpointSliceKey, EndpointSliceFacts> slices,
      Set<ServiceKey> brokenServices,
      Set<EndpointSliceKey> brokenSlices,
      boolean nameless,
      List<ManifestProblem> problems)
      implements ManifestReading {
    /** Whether nothing was left out. */
    boolean sound() {
      return !nameless && brokenServices.isEmpty() && brokenSlices.isEmpty();
    }
  }

  /** The file is missing, may not be read, or is neither YAML nor JSON from end to end. */
  record Unreadable(ManifestProblem problem) implements ManifestReading {}

  /** All that is wrong with the file. */
  default List<ManifestProblem> problems() {
    return switch (this) {
      case Content content -> content.problems;
      case Unreadable(ManifestProblem problem) -> List.of(problem);
    };
  }
}
