package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one object of a manifest turned out to be. */
sealed interface ManifestObject {
  record Service(ServiceFacts facts, int line, int column) implements ManifestObject {}

  record Slice(EndpointSliceFacts facts, int line, int column) implements ManifestObject {}

  /** A Service that cannot be used; its key is null if not even that is known. */
  record BrokenService(@Nullable ServiceKey key, List<ManifestProblem> problems)
      implements ManifestObject {}

  /** An EndpointSlice that cannot be used; its key is null if not even that is known. */
  record BrokenSlice(@Nullable EndpointSliceKey key, List<ManifestProblem> problems)
      implements ManifestObject {}

  /** Not an object at all. */
  record Broken(List<ManifestProblem> problems) implements ManifestObject {}

  /** An object of a kind that is of no concern here. */
  record Other() implements ManifestObject {}
}
