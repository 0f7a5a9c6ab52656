package io.regionbridge.router.directory;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What other regions get for a Service that has a ClusterIP: the addresses of its pods, or the
 * ClusterIP. Addresses of pods only help a client that connects to the port the pods listen on, and
 * a ClusterIP only where a gateway node translates it for traffic from outside.
 *
 * @param translates whether this region's gateway nodes translate ClusterIPs for traffic that comes
 *     from other regions
 */
public record ClusterIpRule(Mode mode, boolean translates) {

  /** What the operator asked for. */
  public enum Mode {
    /** Always the addresses of the pods. */
    EXPAND,
    /** Always the ClusterIP. */
    KEEP,
    /** The addresses of the pods, unless a port is remapped and the region can translate. */
    AUTO
  }

  /** What peers get for one Service, and why. */
  public sealed interface Answer {
    /**
     * The addresses of the endpoints.
     *
     * @param remapped ports under which a client that dials the Service's port at those addresses
     *     finds nobody; worth telling the operator when there are any
     */
    record Endpoints(List<RemappedPort> remapped) implements Answer {}

    /**
     * The Service's own addresses.
     *
     * @param remapped the ports that made it so, or none if it was asked for
     */
    record ClusterIp(List<RemappedPort> remapped) implements Answer {}
  }

  /**
   * A port of a Service that its endpoints do not listen on.
   *
   * @param name the port's name, or empty
   * @param servicePort the number that clients of the ClusterIP use
   * @param endpointPort the number that endpoints listen on
   */
  public record RemappedPort(String name, Protocol protocol, int servicePort, int endpointPort)
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
  }

  /** What peers get for a Service. One that has no ClusterIP is always expanded. */
  public Answer decide(DirectoryService service) {
    ServiceFacts facts = service.facts();
    if (!facts.type().hasClusterIp()) {
      return new Answer.Endpoints(List.of());
    }
    List<RemappedPort> remapped = remapped(service);
    boolean keep =
        !facts.clusterIps().isEmpty()
            && switch (mode) {
              case EXPAND -> false;
              case KEEP -> true;
              case AUTO -> translates && !remapped.isEmpty();
            };
    return keep ? new Answer.ClusterIp(remapped) : new Answer.Endpoints(remapped);
  }

  /**
   * The ports of a Service that its endpoints listen on under other numbers. What the endpoints say
   * counts; a port of which none speaks is judged by the Service's own {@code targetPort}, so that
   * the answer does not change its kind when the last endpoint goes.
   */
  public static List<RemappedPort> remapped(DirectoryService service) {
    TreeSet<RemappedPort> remapped = new TreeSet<>();
    for (ServiceFacts.Port port : service.facts().ports()) {
      boolean known = false;
      List<Endpoint.Port> seen = List.of();
      List<Endpoint.Port> common = service.commonPorts();
      if (common != null) {
        known = addIfRemapped(remapped, port, common);
      } else {
        for (Endpoint endpoint : service.endpoints()) {
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
    return List.copyOf(remapped);
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
