package io.regionbridge.api.zones;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.directory.ServiceRegions.Part;
import io.regionbridge.router.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the names of one Service say that ServiceExports make known to all regions (KEP-1645,
 * "DNS"). Pure.
 *
 * <p>Clients in the cluster get the address that the cluster has given the import, unless that is
 * headless. Everybody else, and everybody as long as there is none, gets pods, by the same rule as
 * for the names of all Services. The Service's own name has SRV records of all ports, too.
 */
final class ImportedNames {
  /** The Service's own name. */
  static final String SELF = "";

  private final ServiceKey key;
  private final ServiceRegions exporting;
  private final Map<String, Said> names = new LinkedHashMap<>();

  /**
   * What one name says, as data.
   *
   * @param cluster to clients in the local cluster
   * @param pods to everyone else
   */
  record Answers(Said cluster, Said pods) {}

  /**
   * What a name says to one kind of client.
   *
   * @param addresses its A and AAAA records
   * @param targets its SRV records
   */
  record Said(Set<IpAddress> addresses, Set<Target> targets) {
    static final Said NOTHING = new Said();

    Said() {
      this(new LinkedHashSet<>(), new LinkedHashSet<>());
    }
  }

  /**
   * A host and port that an SRV record points at.
   *
   * @param host labels below the Service's own name, empty for that name itself, or a whole name
   *     that ends with a dot
   */
  record Target(String host, int port) {}

  private ImportedNames(ServiceKey key, ServiceRegions exporting) {
    this.key = key;
    this.exporting = exporting;
  }

  /**
   * What each name says, by the labels below the Service's own name.
   *
   * @param regions in order of preference
   * @param local all local Services, among them those that give imports their addresses
   */
  static Map<String, Answers> names(ServiceKey key, List<RegionServices> regions, Directory local) {
    ServiceRegions exporting = exporting(key, regions);
    if (exporting.decisive().isEmpty()) {
      return Map.of();
    }
    Map<String, Said> pods = new ImportedNames(key, exporting).pods();
    Map<String, Said> inside = new LinkedHashMap<>(pods);
    address(key, exporting, local).ifPresent(facts -> lead(facts, inside));
    Map<String, Answers> names = new LinkedHashMap<>();
    inside.forEach(
        (name, said) -> names.put(name, new Answers(said, pods.getOrDefault(name, Said.NOTHING))));
    return names;
  }

  private Map<String, Said> pods() {
    if (exporting.decisive().filter(part -> part.service().facts().isClusterIp()).isPresent()) {
      said(SELF); // its name is there, whether or not it has pods
    }
    for (Part part : exporting.answering()) {
      ServiceFacts facts = part.service().facts();
      if (!part.region().local() && !facts.clusterIps().isEmpty()) {
        said(SELF).addresses().addAll(facts.clusterIps());
        String host =
            "%s.%s.svc.%s.".formatted(key.name(), key.namespace(), part.region().domain());
        facts
            .ports()
            .forEach(
                port -> lead(names, port.name(), port.protocol(), new Target(host, port.port())));
      } else {
        exporting.answering(part).forEach(endpoint -> lead(part, endpoint));
      }
    }
    for (Part part : exporting.parts()) {
      for (Endpoint endpoint : part.service().endpoints()) {
        if (endpoint.hostname() != null) {
          said(endpoint.hostname() + "." + part.region().region())
              .addresses()
              .add(endpoint.address());
        }
      }
    }
    return names;
  }

  private void lead(Part part, Endpoint endpoint) {
    said(SELF).addresses().add(endpoint.address());
    String host =
        endpoint.hostname() != null
            ? endpoint.hostname() + "." + part.region().region()
            : "%s.%s.%s.svc.%s."
                .formatted(endpoint.name(), key.name(), key.namespace(), part.region().domain());
    for (Endpoint.Port port : endpoint.ports()) {
      lead(names, port.name(), port.protocol(), new Target(host, port.port()));
    }
  }

  private Said said(String name) {
    return names.computeIfAbsent(name, _ -> new Said());
  }

  private static void lead(Map<String, Said> names, String port, Protocol protocol, Target target) {
    names.computeIfAbsent(SELF, _ -> new Said()).targets().add(target);
    if (!port.isEmpty()) {
      String label = "_%s._%s".formatted(port, protocol.name().toLowerCase(Locale.ROOT));
      names.computeIfAbsent(label, _ -> new Said()).targets().add(target);
    }
  }

  /** To the address of an import. */
  private static void lead(ServiceFacts facts, Map<String, Said> names) {
    names.keySet().removeIf(name -> name.isEmpty() || name.startsWith("_"));
    for (ServiceFacts.Port port : facts.ports()) {
      lead(names, port.name(), port.protocol(), new Target(SELF, port.port()));
    }
    names.computeIfAbsent(SELF, _ -> new Said()).addresses().addAll(facts.clusterIps());
  }

  /** The regions that export the Service, each with why it answers or does not. */
  static List<String> explained(ServiceKey key, List<RegionServices> regions, Directory local) {
    ServiceRegions exporting = exporting(key, regions);
    List<String> lines = ServiceEverywhere.explained(exporting);
    address(key, exporting, local)
        .ifPresent(facts ->
            lines.add(
                "to clients in this cluster: %s, the address of Service %s, which leads there"
                    .formatted(facts.clusterIps().getFirst(), facts.key())));
    return lines;
  }

  /** The names of the regions that answer. */
  static List<String> answering(ServiceKey key, List<RegionServices> regions) {
    return ServiceEverywhere.answering(exporting(key, regions));
  }

  private static ServiceRegions exporting(ServiceKey key, List<RegionServices> regions) {
    ServiceRegions exporting = ServiceRegions.exporting(key, regions);
    boolean localOnly =
        exporting
            .decisive()
            .map(part -> part.service().facts())
            .filter(ServiceFacts::isClusterIp)
            .filter(ServiceFacts::isLocalOnly)
            .isPresent();
    return localOnly ? exporting.only(part -> part.region().local()) : exporting;
  }

  /** The Service that gives an import its address here, if it has one. */
  private static Optional<ServiceFacts> address(
      ServiceKey key, ServiceRegions exporting, Directory local) {
    boolean headless =
        exporting.decisive().filter(part -> part.service().facts().isClusterIp()).isEmpty();
    return headless
        ? Optional.empty()
        : Optional.ofNullable(local.serviceFor(key))
            .map(DirectoryService::facts)
            .filter(facts -> !facts.clusterIps().isEmpty());
  }

  /** The imports whose addresses are others in one snapshot of the local Services than before. */
  static Set<ServiceKey> changes(Directory now, Directory before) {
    Set<ServiceKey> imports = new LinkedHashSet<>();
    for (ServiceKey key : now.changes(before)) {
      for (Directory directory : List.of(now, before)) {
        Optional.ofNullable(directory.service(key))
            .flatMap(service -> service.facts().imported())
            .ifPresent(imports::add);
      }
    }
    return imports;
  }
}
