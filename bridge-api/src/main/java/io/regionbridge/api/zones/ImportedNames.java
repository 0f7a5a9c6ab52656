package io.regionbridge.api.zones;

import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.directory.ServiceRegions.Part;
import io.regionbridge.router.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The records of the names of one Service that ServiceExports export to all regions (KEP-1645,
 * "DNS"). Pure.
 *
 * <p>Clients in the cluster get the ClusterIP of the ServiceImport, unless it is headless. All
 * other clients get pod addresses, by the same rule as for the names of all Services; so do clients
 * in the cluster while the import has no ClusterIP. The Service's own name also has the SRV records
 * of all ports.
 */
final class ImportedNames {
  /** The Service's own name. */
  static final String SELF = "";

  private final ServiceKey key;
  private final ServiceRegions exporting;
  private final boolean headless;
  private final Map<String, NameRecords> names = new LinkedHashMap<>();

  /** The records of one name for clients in the local cluster, and for all others. */
  record Answers(NameRecords cluster, NameRecords pods) {}

  /** The A and AAAA addresses and the SRV targets of a name for one kind of client. */
  record NameRecords(Set<IpAddress> addresses, Set<Target> targets) {
    static final NameRecords NOTHING = new NameRecords();

    NameRecords() {
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
    this.headless = headless(exporting);
  }

  /**
   * The records of each name, by its labels below the Service's own name.
   *
   * @param regions in order of preference
   * @param local all local Services, including those that give imports their addresses
   */
  static Map<String, Answers> names(ServiceKey key, List<RegionServices> regions, Directory local) {
    ServiceRegions exporting = exporting(key, regions);
    if (exporting.decisive().isEmpty()) {
      return Map.of();
    }
    Map<String, NameRecords> pods = new ImportedNames(key, exporting).pods();
    Map<String, NameRecords> inside = new LinkedHashMap<>(pods);
    address(key, exporting, local).ifPresent(facts -> setAddress(facts, inside));
    Map<String, Answers> names = new LinkedHashMap<>();
    inside.forEach((name, cluster) ->
        names.put(name, new Answers(cluster, pods.getOrDefault(name, NameRecords.NOTHING))));
    return names;
  }

  private Map<String, NameRecords> pods() {
    if (!headless) {
      records(SELF); // its name is there, whether or not it has pods
    }
    for (Part part : exporting.answering()) {
      ServiceFacts facts = part.service().facts();
      if (!part.region().local() && !facts.clusterIps().isEmpty()) {
        records(SELF).addresses().addAll(facts.clusterIps());
        String host =
            "%s.%s.svc.%s.".formatted(key.name(), key.namespace(), part.region().domain());
        facts
            .ports()
            .forEach(port ->
                addTarget(names, port.name(), port.protocolLabel(), new Target(host, port.port())));
      } else {
        exporting.answering(part).forEach(endpoint -> addEndpoint(part, endpoint));
      }
    }
    for (Part part : exporting.parts()) {
      for (Endpoint endpoint : part.service().endpoints()) {
        if (hasName(endpoint)) {
          records(endpoint.name() + "." + part.region().region())
              .addresses()
              .add(endpoint.address());
        }
      }
    }
    return names;
  }

  private void addEndpoint(Part part, Endpoint endpoint) {
    records(SELF).addresses().add(endpoint.address());
    String host =
        hasName(endpoint)
            ? endpoint.name() + "." + part.region().region()
            : "%s.%s.%s.svc.%s."
                .formatted(endpoint.name(), key.name(), key.namespace(), part.region().domain());
    for (Endpoint.Port port : endpoint.ports()) {
      addTarget(names, port.name(), port.protocolLabel(), new Target(host, port.port()));
    }
  }

  /**
   * Whether an endpoint has a name of its own here: each one of a headless Service (section 2.4.1
   * of the specification), by its address if it has no hostname; of others those with a hostname.
   */
  private boolean hasName(Endpoint endpoint) {
    return headless || endpoint.hostname() != null;
  }

  private NameRecords records(String name) {
    return names.computeIfAbsent(name, _ -> new NameRecords());
  }

  private static void addTarget(
      Map<String, NameRecords> names, String port, String protocol, Target target) {
    names.computeIfAbsent(SELF, _ -> new NameRecords()).targets().add(target);
    if (!port.isEmpty()) {
      String label = "_%s._%s".formatted(port, protocol);
      names.computeIfAbsent(label, _ -> new NameRecords()).targets().add(target);
    }
  }

  /** Replaces the addresses and targets of the Service's own name by the ClusterIP of an import. */
  private static void setAddress(ServiceFacts facts, Map<String, NameRecords> names) {
    names.keySet().removeIf(name -> name.isEmpty() || name.startsWith("_"));
    for (ServiceFacts.Port port : facts.ports()) {
      addTarget(names, port.name(), port.protocolLabel(), new Target(SELF, port.port()));
    }
    names.computeIfAbsent(SELF, _ -> new NameRecords()).addresses().addAll(facts.clusterIps());
  }

  /** Says of each region that exports the Service why it answers or does not. */
  static List<String> explain(ServiceKey key, List<RegionServices> regions, Directory local) {
    ServiceRegions exporting = exporting(key, regions);
    List<String> lines = ServiceEverywhere.explain(exporting);
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
    return headless(exporting)
        ? Optional.empty()
        : Optional.ofNullable(local.serviceFor(key))
            .map(DirectoryService::facts)
            .filter(facts -> !facts.clusterIps().isEmpty());
  }

  private static boolean headless(ServiceRegions exporting) {
    return exporting.decisive().filter(part -> part.service().facts().isClusterIp()).isEmpty();
  }

  /** The imports whose addresses differ between two snapshots of the local Services. */
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
