package io.regionbridge.router.directory;

import java.util.List;

/**
 * A Service and the endpoints that its names lead to.
 *
 * @param endpoints sorted by address, each address once: those that are ready; when none is, those
 *     that still serve while terminating; all, if the Service publishes addresses that are not
 *     ready. None for an ExternalName
 */
public record DirectoryService(ServiceFacts facts, List<Endpoint> endpoints) {
  public DirectoryService {
    endpoints = List.copyOf(endpoints);
  }

  public ServiceKey key() {
    return facts.key();
  }
}
