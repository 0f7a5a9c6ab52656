package io.regionbridge.api.http;

import java.time.Duration;

/**
 * How long a client may take.
 *
 * @param request from one response, or the start, until the next request is there as a whole
 * @param reading of what it asked for
 * @param leaving once all is said, until it closes its side too
 */
record ClientTimeouts(Duration request, Duration reading, Duration leaving) {
  static final ClientTimeouts USUAL =
      new ClientTimeouts(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
}
