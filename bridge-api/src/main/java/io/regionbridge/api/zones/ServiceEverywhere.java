package io.regionbridge.api.zones;

import io.regionbridge.api.zones.NameAnswers.Said;
import io.regionbridge.api.zones.NameAnswers.Target;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.directory.ServiceRegions.Part;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the names of one Service say that lie in the domain of all regions. Pure.
 *
 * <p>Of several regions that have it, the first that has ready pods answers; they are in order, the
 * local one first. A headless Service, and one that is to be spread, is answered with the pods of
 * all. Ready pods anywhere come before pods that are about to end, and a region that cannot be
 * reached answers only when no other can.
 */
final class ServiceEverywhere {
  private final ServiceRegions regions;

  private ServiceEverywhere(ServiceRegions regions) {
    this.regions = regions;
  }

  /**
   * What each name says, by the labels below the Service's own name.
   *
   * @param regions in order of preference
   */
  static Map<String, NameAnswers> names(ServiceKey key, List<RegionServices> regions) {
    ServiceRegions having = ServiceRegions.having(key, regions);
    if (having.parts().isEmpty()) {
      return Map.of();
    }
    Map<String, NameAnswers> names = new LinkedHashMap<>();
    new ServiceEverywhere(having)
        .said(key)
        .forEach((name, said) -> names.put(name, NameAnswers.toEveryone(said)));
    return names;
  }

  /** The regions that have the Service, each with why it answers or does not. */
  static List<String> explained(ServiceKey key, List<RegionServices> regions) {
    ServiceRegions having = ServiceRegions.having(key, regions);
    List<Part> chosen = having.answering();
    List<String> lines = new ArrayList<>();
    for (Part part : having.parts()) {
      lines.add(
          "%s: %s, %d of %d endpoints ready%s"
              .formatted(
                  part.region().region(),
                  part.region().distance(),
                  part.ready().size(),
                  part.service().endpoints().size(),
                  chosen.contains(part) ? ", answers" : ""));
    }
    return lines;
  }

  private Map<String, Said> said(ServiceKey key) {
    Part first = regions.parts().getFirst();
    String external = first.service().facts().externalName();
    if (external != null) {
      return IpAddress.parse(external).isPresent()
          ? Map.of()
          : Map.of(ServiceNames.SELF, Said.alias(external));
    }
    ServiceRegions backed = regions.only(part -> part.service().facts().externalName() == null);
    Map<String, Said> names = new LinkedHashMap<>();
    List<IpAddress> addresses = new ArrayList<>();
    Map<String, List<Target>> targets = new LinkedHashMap<>();
    for (Part part : backed.answering()) {
      ServiceFacts facts = part.service().facts();
      if (!part.region().local() && !facts.clusterIps().isEmpty()) {
        addresses.addAll(facts.clusterIps());
        for (ServiceFacts.Port port : facts.ports()) {
          String host = name(key, part.region().domain());
          add(targets, port.name(), ServiceNames.label(port), new Target(host, port.port()));
        }
        continue;
      }
      for (Endpoint endpoint : backed.answering(part)) {
        addresses.add(endpoint.address());
        String host = host(key, part, endpoint);
        for (Endpoint.Port port : endpoint.ports()) {
          add(
              targets,
              port.name(),
              ServiceNames.label(port.name(), port.protocol()),
              new Target(host, port.port()));
        }
      }
    }
    boolean exists = first.service().facts().isClusterIp();
    if (exists || !addresses.isEmpty()) {
      names.put(ServiceNames.SELF, Said.addresses(addresses.stream().distinct().toList()));
    }
    targets.forEach(
        (label, all) -> names.put(label, Said.targets(all.stream().distinct().toList())));
    backed.parts().forEach(part -> hostnames(part, names));
    return names;
  }

  private static void add(
      Map<String, List<Target>> targets, String port, String label, Target target) {
    if (!port.isEmpty()) {
      targets.computeIfAbsent(label, _ -> new ArrayList<>()).add(target);
    }
  }

  /** Pods that have a hostname have a name here too, with the region's name after it. */
  private static void hostnames(Part part, Map<String, Said> names) {
    for (Endpoint endpoint : part.service().endpoints()) {
      if (endpoint.hostname() != null) {
        names.merge(
            endpoint.hostname() + "." + part.region().region(),
            Said.addresses(List.of(endpoint.address())),
            (before, more) -> {
              List<IpAddress> both = new ArrayList<>(before.addresses());
              both.addAll(more.addresses());
              return Said.addresses(both.stream().distinct().toList());
            });
      }
    }
  }

  /** All other pods are called as their region calls them. */
  private static String host(ServiceKey key, Part part, Endpoint endpoint) {
    return endpoint.hostname() == null
        ? endpoint.name() + "." + name(key, part.region().domain())
        : endpoint.hostname() + "." + part.region().region();
  }

  private static String name(ServiceKey key, String domain) {
    return "%s.%s.svc.%s.".formatted(key.name(), key.namespace(), domain);
  }
}
