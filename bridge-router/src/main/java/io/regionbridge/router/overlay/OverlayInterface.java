package io.regionbridge.router.overlay;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Which interface is the overlay's. Pure. */
final class OverlayInterface {
  /** What the usual overlays call theirs, in the order of preference. */
  private static final List<String> KNOWN_NAMES = List.of("wt0", "tailscale0", "wg0");

  private OverlayInterface() {}

  /**
   * Chooses the configured interface, whether or not it exists; else the one in use as long as it
   * exists; else the first usual one that does.
   */
  static Optional<String> choose(
      Optional<String> configured, String inUse, Predicate<String> exists) {
    if (configured.isPresent()) {
      return configured;
    }
    return !inUse.isEmpty() && exists.test(inUse)
        ? Optional.of(inUse)
        : KNOWN_NAMES.stream().filter(exists).findFirst();
  }
}
