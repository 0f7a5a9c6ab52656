package io.regionbridge.router.directory;

import java.util.Collection;
import java.util.List;

/**
 * A Service and the endpoints that its names lead to.
 *
 * @param endpoints sorted by address, each address once, or once for each hostname that it has:
 *     those that are ready; when none is, those that still serve while terminating; all, if the
 *     Service publishes addresses that are not ready. None for an ExternalName
 */
public record DirectoryService(ServiceFacts facts, List<Endpoint> endpoints) {
  /** Copies the list, unless it is immutable. */
  public DirectoryService {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * A Service with those of its endpoints that its names lead to.
   *
   * @param all its endpoints in any order and state, addresses possibly more than once
   */
  public static DirectoryService choosing(ServiceFacts facts, Collection<Endpoint> all) {
    return EndpointJoin.choose(facts, all);
  }

  /** Which Service. */
  public ServiceKey key() {
    return facts.key();
  }
}
