package io.regionbridge.api.zones;

import io.regionbridge.api.zones.NameAnswers.Said;
import io.regionbridge.api.zones.NameAnswers.Target;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointPort;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServicePort;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The names that one Service has, by the Kubernetes DNS specification 1.1.0. Pure.
 *
 * <p>Where the specification is silent, CoreDNS is followed: an endpoint without hostname is named
 * by its dashed address, and endpoints have names whether the Service is headless or not. So an SRV
 * record that leads to pods always has a target that resolves for whoever asks.
 *
 * <p>A headless Service without an endpoint to tell has no names at all (section 2.4.1: NXDOMAIN).
 * A ClusterIP Service always has its name; a peer that would get its pods gets no data while there
 * are none.
 */
final class ServiceNames {
  /** The Service's own name. */
  static final String SELF = "";

  private ServiceNames() {}

  /**
   * What each name says, by the labels below the Service's own name.
   *
   * @param given the Service as peers get it: with the ClusterIP only where they are led there, and
   *     without endpoints that they would not believe
   * @param domain the region's domain without final dot, for an alias that leads back into the
   *     cluster, which calls itself by one of {@code clusterDomains}
   */
  static Map<String, NameAnswers> of(
      DirectoryService service,
      DirectoryService given,
      String domain,
      Collection<String> clusterDomains) {
    ServiceFacts facts = service.facts();
    String external = facts.externalName();
    if (external != null) {
      return alias(external, domain, clusterDomains);
    }
    Map<String, Said> outside =
        given.facts().clusterIps().isEmpty() ? podNames(given) : ownNames(given.facts());
    if (facts.clusterIps().isEmpty()) {
      if (facts.isClusterIp()) {
        // It has no ClusterIP to tell, but its names are there (section 2.3).
        ownNames(facts).forEach((name, _) -> outside.putIfAbsent(name, Said.NOTHING));
      }
      boolean whole = given.endpoints().equals(service.endpoints());
      return combined(whole ? outside : podNames(service), outside);
    }
    Map<String, Said> inside = ownNames(facts);
    inside.putAll(endpointNames(service.endpoints()));
    outside.putAll(endpointNames(given.endpoints()));
    return combined(inside, outside);
  }

  private static Map<String, NameAnswers> alias(
      String external, String domain, Collection<String> clusterDomains) {
    return IpAddress.parse(external).isPresent()
        ? Map.of() // looks like a name to the API server, but no alias can lead to an address
        : Map.of(
            SELF, NameAnswers.toEveryone(Said.alias(target(external, domain, clusterDomains))));
  }

  /** Where an ExternalName leads, seen from outside the cluster; without final dot. */
  static String target(String external, String domain, Collection<String> clusterDomains) {
    String target =
        external.endsWith(".") ? external.substring(0, external.length() - 1) : external;
    for (String cluster : clusterDomains) {
      String services = (".svc." + cluster).toLowerCase(Locale.ROOT);
      if (target.toLowerCase(Locale.ROOT).endsWith(services)) {
        // The same name exists in the cluster of whoever asks, and means something else there.
        target = target.substring(0, target.length() - services.length()) + ".svc." + domain;
        break;
      }
    }
    return target;
  }

  /** What clients get that are led to the ClusterIP. */
  private static Map<String, Said> ownNames(ServiceFacts facts) {
    Map<String, Said> names = new LinkedHashMap<>();
    names.put(SELF, Said.addresses(facts.clusterIps()));
    for (ServicePort port : facts.ports()) {
      if (!port.name().isEmpty()) {
        names.put(
            label(port.name(), port.protocol()),
            Said.targets(List.of(new Target(SELF, port.port()))));
      }
    }
    return names;
  }

  /** What clients get that are led to the pods. */
  private static Map<String, Said> podNames(DirectoryService service) {
    List<Endpoint> endpoints = service.endpoints();
    Map<String, Said> names = endpointNames(endpoints);
    if (endpoints.isEmpty()) {
      return names;
    }
    names.put(SELF, Said.addresses(distinct(endpoints)));
    Map<String, Collection<Target>> targets = new LinkedHashMap<>();
    for (Endpoint endpoint : endpoints) {
      for (EndpointPort port : endpoint.ports()) {
        if (!port.name().isEmpty()) {
          targets
              .computeIfAbsent(label(port.name(), port.protocol()), _ -> new LinkedHashSet<>())
              .add(new Target(endpoint.name(), port.port()));
        }
      }
    }
    targets.forEach((name, all) -> names.put(name, Said.targets(List.copyOf(all))));
    return names;
  }

  /** The addresses, which are sorted; pods on the host network share one. */
  private static List<IpAddress> distinct(List<Endpoint> endpoints) {
    List<IpAddress> addresses = new ArrayList<>(endpoints.size());
    for (Endpoint endpoint : endpoints) {
      if (addresses.isEmpty() || !addresses.getLast().equals(endpoint.address())) {
        addresses.add(endpoint.address());
      }
    }
    return addresses;
  }

  /** Several addresses may have one name: those of a dual-stack pod with a hostname. */
  private static Map<String, Said> endpointNames(List<Endpoint> endpoints) {
    Map<String, Said> names = new LinkedHashMap<>();
    for (Endpoint endpoint : endpoints) {
      names.merge(
          endpoint.name(),
          Said.addresses(List.of(endpoint.address())),
          (before, more) -> Said.addresses(joined(before.addresses(), more.addresses())));
    }
    return names;
  }

  private static List<IpAddress> joined(List<IpAddress> one, List<IpAddress> other) {
    List<IpAddress> joined = new ArrayList<>(one);
    joined.addAll(other);
    return joined;
  }

  private static Map<String, NameAnswers> combined(
      Map<String, Said> cluster, Map<String, Said> peers) {
    Map<String, NameAnswers> names = new LinkedHashMap<>();
    cluster.forEach((name, said) ->
        names.put(name, new NameAnswers(said, peers.getOrDefault(name, Said.NOTHING))));
    peers.forEach((name, said) -> names.putIfAbsent(name, new NameAnswers(Said.NOTHING, said)));
    return names;
  }

  /** Below which the SRV records of a port are. */
  static String label(ServicePort port) {
    return label(port.name(), port.protocol());
  }

  static String label(String port, Protocol protocol) {
    String transport =
        switch (protocol) {
          case TCP -> "_tcp";
          case UDP -> "_udp";
          case SCTP -> "_sctp";
        };
    return "_" + port + "." + transport;
  }
}
