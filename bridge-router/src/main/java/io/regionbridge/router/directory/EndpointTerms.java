package io.regionbridge.router.directory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What many endpoints have in common. One object is to serve all of them: {@link Interned#terms}.
 *
 * @param ports what an endpoint listens on
 * @param zone of its node, or null if not known
 * @param pod whether a pod of this cluster is known to have the address
 */
public record EndpointTerms(
    EndpointState state, List<Endpoint.Port> ports, @Nullable String zone, boolean pod) {
  /** Copies the list, unless it is immutable. */
  public EndpointTerms {
    ports = List.copyOf(ports);
  }
}
