package io.regionbridge.api.http;

import java.time.Duration;

/**
 * How long a client may take.
 *
 * @param request from the last response, or the start, to the end of the next request
 * @param reading without reading anything of a response
 * @param leaving from the last response until it closes its side
 */
record ClientTimeouts(Duration request, Duration reading, Duration leaving) {
  static final ClientTimeouts DEFAULTS =
      new ClientTimeouts(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
}
