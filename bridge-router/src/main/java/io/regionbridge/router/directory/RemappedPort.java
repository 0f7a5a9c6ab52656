package io.regionbridge.router.directory;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A port of a Service that its endpoints do not listen on.
 *
 * @param name the port's name, or empty
 * @param servicePort the number that clients of the ClusterIP use
 * @param endpointPort the number that endpoints listen on
 */
record RemappedPort(String name, Protocol protocol, int servicePort, int endpointPort)
    implements Comparable<RemappedPort> {
  @Override
  public int compareTo(RemappedPort other) {
    int byService = Integer.compare(servicePort, other.servicePort);
    int byProtocol = byService != 0 ? byService : protocol.compareTo(other.protocol);
    int byName = byProtocol != 0 ? byProtocol : name.compareTo(other.name);
    return byName != 0 ? byName : Integer.compare(endpointPort, other.endpointPort);
  }

  /** Such as {@code http 80/TCP -> 8080}. */
  @Override
  public String toString() {
    String label = name.isEmpty() ? "" : name + " ";
    return label + servicePort + "/" + protocol + " -> " + endpointPort;
  }

  /**
   * The remapped ports of a Service. What the endpoints say counts; a port of which none speaks is
   * judged by the Service's own {@code targetPort}, so that the result does not change when the
   * last endpoint goes.
   *
   * @param common what all endpoints listen on; null: they differ
   */
  static SortedSet<RemappedPort> of(
      ServiceFacts service, @Nullable List<Endpoint.Port> common, List<Endpoint> endpoints) {
    SortedSet<RemappedPort> remapped = new TreeSet<>();
    for (ServiceFacts.Port port : service.ports()) {
      boolean known = false;
      List<Endpoint.Port> seen = List.of();
      if (common != null) {
        known = addIfRemapped(remapped, port, common);
      } else {
        for (Endpoint endpoint : endpoints) {
          // Thousands of endpoints share one list, next to each other as a rule.
          if (!endpoint.ports().equals(seen)) {
            seen = endpoint.ports();
            known |= addIfRemapped(remapped, port, seen);
          }
        }
      }
      if (!known && port.target() instanceof ServiceFacts.Port.Target.Numbered(int target)) {
        addIfRemapped(
            remapped, port, List.of(new Endpoint.Port(port.name(), port.protocol(), target)));
      }
    }
    return remapped;
  }

  /** Whether the endpoints' ports have anything to say about that of the Service. */
  private static boolean addIfRemapped(
      Set<RemappedPort> remapped, ServiceFacts.Port port, List<Endpoint.Port> open) {
    boolean known = false;
    for (Endpoint.Port candidate : open) {
      if (candidate.name().equals(port.name()) && candidate.protocol() == port.protocol()) {
        known = true;
        if (candidate.port() != port.port()) {
          remapped.add(
              new RemappedPort(port.name(), port.protocol(), port.port(), candidate.port()));
        }
      }
    }
    return known;
  }
}
