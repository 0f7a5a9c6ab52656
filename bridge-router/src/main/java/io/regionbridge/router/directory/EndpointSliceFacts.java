package io.regionbridge.router.directory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The relevant facts of an EndpointSlice.
 *
 * @param serviceName value of the label {@value #SERVICE_NAME_LABEL}: the Service in the same
 *     namespace; null: the slice is ignored
 * @param endpoints one for each address; none for {@code addressType: FQDN}, which Services do not
 *     use
 */
public record EndpointSliceFacts(
    EndpointSliceKey key, @Nullable String serviceName, List<Endpoint> endpoints) {
  public static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

  /** Packs the endpoints, in the order in which Services have them. */
  public EndpointSliceFacts {
    endpoints = EndpointJoin.sorted(endpoints);
  }

  /** The Service that the slice belongs to, or null if it belongs to none. */
  public @Nullable ServiceKey service() {
    return serviceName == null ? null : new ServiceKey(key.namespace(), serviceName);
  }
}
