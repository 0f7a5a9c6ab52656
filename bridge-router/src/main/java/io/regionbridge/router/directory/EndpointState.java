package io.regionbridge.router.directory;

import org.jspecify.annotations.Nullable;

/** The state of an endpoint by its conditions, best first. */
public enum EndpointState {
  /** Takes connections. */
  READY,
  /** On its way out and takes connections still: of use when nothing is ready. */
  DRAINING,
  /** Takes none. */
  UNREADY;

  /**
   * The state that the conditions of the EndpointSlice API mean. Each may be left out: {@code
   * ready} is true then, {@code serving} is what {@code ready} is, and {@code terminating} is
   * false.
   */
  public static EndpointState of(
      @Nullable Boolean ready, @Nullable Boolean serving, @Nullable Boolean terminating) {
    boolean isReady = ready == null || ready;
    boolean isServing = serving == null ? isReady : serving;
    boolean isTerminating = terminating != null && terminating;
    if (isReady) {
      // Ready and terminating at once is how publishNotReadyAddresses looks: ready counts.
      return READY;
    }
    return isServing && isTerminating ? DRAINING : UNREADY;
  }
}
