package io.regionbridge.router.directory;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Service and the endpoints that its names lead to.
 *
 * @param endpoints sorted by address, each once for each hostname: those that are ready; when none
 *     is, those that still serve while terminating; all, if the Service publishes addresses that
 *     are not ready. None for an ExternalName
 */
public record DirectoryService(ServiceFacts facts, List<Endpoint> endpoints) {
  /** Packs the list, unless it is packed. */
  public DirectoryService {
    endpoints = EndpointList.of(endpoints);
  }

  /**
   * Chooses the endpoints that a Service's names lead to.
   *
   * @param all in any order and state, addresses possibly more than once
   */
  public static DirectoryService choose(ServiceFacts facts, Collection<Endpoint> all) {
    return new DirectoryService(facts, EndpointJoin.choose(facts, all));
  }

  /** A Service with the endpoints of its EndpointSlices that its names lead to. */
  static DirectoryService join(ServiceFacts facts, Collection<EndpointSliceFacts> slices) {
    DirectoryService joined =
        choose(facts, slices.stream().flatMap(slice -> slice.endpoints().stream()).toList());
    for (EndpointSliceFacts slice : slices) {
      if (slice.endpoints().equals(joined.endpoints())) {
        return new DirectoryService(facts, slice.endpoints()); // as a rule: one list for both
      }
    }
    return joined;
  }

  /** The key of the Service. */
  public ServiceKey key() {
    return facts.key();
  }

  /** The endpoints' IPv4 addresses, in order, once for each endpoint; not to be changed. */
  public int[] ipv4() {
    return packed().ipv4();
  }

  /** The upper and lower halves of the endpoints' IPv6 addresses; not to be changed. */
  public long[] ipv6() {
    return packed().ipv6();
  }

  /** What all endpoints listen on if none of them has a hostname; null if they differ in that. */
  public @Nullable List<Endpoint.Port> commonPorts() {
    Endpoint.Terms common = packed().common();
    return common == null || packed().hasHostnames() ? null : common.ports();
  }

  /** Whether one of the endpoints has a hostname. */
  public boolean hasHostnames() {
    return packed().hasHostnames();
  }

  /** Whether there are endpoints, all in this state. */
  public boolean isAll(EndpointState state) {
    Endpoint.Terms common = packed().common();
    return common == null
        ? !endpoints.isEmpty() && endpoints.stream().allMatch(e -> e.state() == state)
        : common.state() == state;
  }

  /**
   * The ports that its endpoints listen on under other numbers than clients of the ClusterIP use,
   * such as {@code http 80/TCP -> 8080}; none if it is not of a type that has a ClusterIP.
   */
  public List<String> remappedPorts() {
    return facts.type().hasClusterIp()
        ? RemappedPort.of(facts, commonPorts(), endpoints).stream()
            .map(RemappedPort::toString)
            .toList()
        : List.of();
  }

  private EndpointList packed() {
    return (EndpointList) endpoints;
  }
}
