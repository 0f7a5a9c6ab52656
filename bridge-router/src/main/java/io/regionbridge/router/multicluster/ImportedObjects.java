package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceRegions;
import io.regionbridge.router.directory.ServiceRegions.Part;
import io.regionbridge.router.kubernetes.Conditions.Finding;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The objects of one imported Service in this cluster. Pure. */
final class ImportedObjects {
  static final String SOURCE_CLUSTER = "multicluster.kubernetes.io/source-cluster";
  private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
  private static final String SERVICE_NAME = "kubernetes.io/service-name";
  private static final String LOCAL = "Local";
  private static final String READY = "Ready";

  /** Same zone first, by the name that every Kubernetes with this field takes. */
  private static final String CLOSE = "PreferClose";

  private static final int DIGITS = 8;

  /** Endpoints of a slice: the API server takes a thousand. */
  private static final int SLICE = 250;

  private final MergedService merged;

  /** Addresses of one family that listen on the same ports. */
  private record SliceKey(String region, boolean ipv6, List<Endpoint.Port> ports) {}

  private record Address(
      IpAddress address, @Nullable String hostname, @Nullable String zone, boolean draining) {}

  /** Those of a Service. */
  ImportedObjects(MergedService merged) {
    this.merged = merged;
  }

  /** What the Service is called that gives it its addresses. */
  String derivedName() {
    return ClusterSetRole.Derived.keyFor(key()).name();
  }

  /**
   * The ServiceImport.
   *
   * @param addresses that the cluster has assigned, if any
   */
  WantedObject serviceImport(ServedApi api, List<String> addresses) {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("type", merged.headless() ? "Headless" : "ClusterSetIP");
    spec.put("ports", setPorts());
    if (!merged.headless()) {
      if (!addresses.isEmpty()) {
        spec.put("ips", addresses);
      }
      setAffinity(spec);
    }
    if (api.hasTrafficFields()) {
      List<String> families =
          addresses.isEmpty()
              ? merged.traits().ipFamilies().stream().map(IpFamily::text).toList()
              : addresses.stream().map(ImportedObjects::family).toList();
      if (!families.isEmpty()) {
        spec.put("ipFamilies", families);
      }
      put(spec, "internalTrafficPolicy", merged.traits().internalTrafficPolicy());
      put(spec, "trafficDistribution", merged.traits().trafficDistribution());
    }
    return new WantedObject(
        ObjectKind.IMPORT,
        key().namespace(),
        key().name(),
        merged.labels(),
        merged.annotations(),
        null,
        Map.of("spec", spec));
  }

  /** Whether the cluster has a family of addresses that the Service has, as far as is known. */
  boolean isSupportedBy(Set<IpFamily> cluster) {
    List<IpFamily> own = merged.traits().ipFamilies();
    return merged.headless()
        || own.isEmpty()
        || cluster.isEmpty()
        || own.stream().anyMatch(cluster::contains);
  }

  /**
   * Whether clients can use the import.
   *
   * @param supported see {@link #isSupportedBy}
   */
  Finding ready(boolean supported, List<String> addresses) {
    if (!supported) {
      return Finding.no(
          READY,
          "IPFamilyNotSupported",
          "the Service has addresses of %s only, and this cluster none of that family"
              .formatted(
                  merged.traits().ipFamilies().stream()
                      .map(IpFamily::text)
                      .collect(Collectors.joining(" and "))));
    }
    return merged.headless() || !addresses.isEmpty()
        ? Finding.yes(READY, READY, "clients of this cluster can use it")
        : Finding.no(READY, "Pending", "the cluster has given it no address yet");
  }

  private static String family(String address) {
    return (address.contains(":") ? IpFamily.IPV6 : IpFamily.IPV4).text();
  }

  /**
   * The Service that gives a non-headless import its addresses.
   *
   * @param families of its addresses; none: the cluster decides
   */
  WantedObject service(WantedObject.Owner owner, List<IpFamily> families) {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("type", "ClusterIP");
    spec.put("ports", setPorts());
    setAffinity(spec);
    if (merged.traits().prefersZone()) {
      spec.put("trafficDistribution", CLOSE);
    }
    if (!families.isEmpty()) {
      spec.put("ipFamilyPolicy", families.size() > 1 ? "PreferDualStack" : "SingleStack");
      spec.put("ipFamilies", families.stream().map(IpFamily::text).toList());
    }
    return new WantedObject(
        ObjectKind.SERVICE,
        key().namespace(),
        derivedName(),
        Map.of(ClusterSetRole.Derived.LABEL, key().name()),
        // No bridge of any version exports it to another region.
        Map.of(ExportAnnotation.KEY, "false"),
        owner,
        Map.of("spec", spec));
  }

  /**
   * The endpoints. Of a headless Service, those of all regions; else, for each port, those of the
   * nearest region that has it, so that what changes farther away changes nothing here.
   */
  List<WantedObject> slices(WantedObject.Owner owner) {
    Map<SliceKey, List<Address>> slices = new LinkedHashMap<>();
    if (merged.headless()) {
      ServiceRegions regions = merged.regions();
      for (Part part : regions.backed()) {
        for (Endpoint endpoint : regions.answering(part)) {
          add(slices, part, endpoint, endpoint.ports());
        }
      }
    } else {
      setPorts(slices);
    }
    List<WantedObject> objects = new ArrayList<>();
    slices.forEach((key, addresses) -> {
      for (int from = 0, n = 0; from < addresses.size(); from += SLICE, n++) {
        int to = Math.min(from + SLICE, addresses.size());
        objects.add(slice(owner, key, addresses.subList(from, to), n));
      }
    });
    return objects;
  }

  /** Whether any region answers for it. */
  boolean answered() {
    return !merged.regions().backed().isEmpty();
  }

  private void setPorts(Map<SliceKey, List<Address>> slices) {
    Map<Part, Map<List<Endpoint>, List<ServiceFacts.Port>>> chosen = new LinkedHashMap<>();
    for (ServiceFacts.Port port : merged.ports()) {
      ServiceRegions having =
          merged
              .regions()
              .only(part -> MergedService.exposes(part, port) && (part.region().local() || far()));
      for (Part part : having.everywhere() ? having.backed() : having.nearest()) {
        chosen
            .computeIfAbsent(part, _ -> new LinkedHashMap<>())
            .computeIfAbsent(having.answering(part), _ -> new ArrayList<>())
            .add(port);
      }
    }
    chosen.forEach((part, groups) ->
        groups.forEach((endpoints, ports) -> {
          if (part.region().local() || part.service().facts().clusterIps().isEmpty()) {
            for (Endpoint endpoint : endpoints) {
              add(slices, part, endpoint, listening(endpoint, ports));
            }
          } else {
            List<Endpoint.Port> own =
                ports.stream()
                    .map(port -> new Endpoint.Port(port.name(), port.protocol(), port.port()))
                    .toList();
            for (IpAddress address : part.service().facts().clusterIps()) {
              add(slices, part, new Address(address, null, null, false), own);
            }
          }
        }));
  }

  /** Whether other regions may answer at all. */
  private boolean far() {
    return !LOCAL.equals(merged.traits().internalTrafficPolicy());
  }

  private static List<Endpoint.Port> listening(Endpoint endpoint, List<ServiceFacts.Port> ports) {
    return endpoint.ports().stream()
        .filter(own ->
            ports.stream()
                .anyMatch(
                    port -> port.name().equals(own.name()) && port.protocol() == own.protocol()))
        .toList();
  }

  private static void add(
      Map<SliceKey, List<Address>> slices,
      Part part,
      Endpoint endpoint,
      List<Endpoint.Port> ports) {
    boolean here = part.region().local();
    add(
        slices,
        part,
        new Address(
            endpoint.address(),
            endpoint.hostname(),
            here ? endpoint.zone() : null,
            endpoint.isDraining()),
        ports);
  }

  private static void add(
      Map<SliceKey, List<Address>> slices, Part part, Address address, List<Endpoint.Port> ports) {
    slices
        .computeIfAbsent(
            new SliceKey(part.region().region(), address.address().isIpv6(), ports),
            _ -> new ArrayList<>())
        .add(address);
  }

  private WantedObject slice(
      WantedObject.Owner owner, SliceKey slice, List<Address> addresses, int number) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(ClusterSetRole.Derived.LABEL, key().name());
    labels.put(SOURCE_CLUSTER, slice.region());
    labels.put(MANAGED_BY, "region-bridge");
    if (!merged.headless()) {
      labels.put(SERVICE_NAME, derivedName());
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("addressType", (slice.ipv6() ? IpFamily.IPV6 : IpFamily.IPV4).text());
    fields.put("ports", slice.ports().stream().map(this::port).toList());
    fields.put("endpoints", addresses.stream().map(this::endpoint).toList());
    return new WantedObject(
        ObjectKind.SLICE,
        key().namespace(),
        "%s-%s-%s-%d"
            .formatted(
                derivedName(),
                slice.region(),
                WantedObject.digest(slice.toString()).substring(0, DIGITS),
                number),
        labels,
        Map.of(),
        owner,
        fields);
  }

  private Map<String, Object> port(Endpoint.Port port) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", port.name());
    fields.put("protocol", port.protocol().name());
    fields.put("port", port.port());
    merged.ports().stream()
        .filter(p -> p.name().equals(port.name()) && p.protocol() == port.protocol())
        .findFirst()
        .ifPresent(p -> put(fields, "appProtocol", p.appProtocol()));
    return fields;
  }

  private Map<String, Object> endpoint(Address address) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("addresses", List.of(address.address().toString()));
    fields.put(
        "conditions",
        Map.of("ready", !address.draining(), "serving", true, "terminating", address.draining()));
    put(fields, "hostname", address.hostname());
    put(fields, "zone", address.zone());
    if (address.zone() != null && merged.traits().prefersZone()) {
      // Service proxies follow the hints, not the Service; the cluster's controller makes none
      // here.
      fields.put("hints", Map.of("forZones", List.of(Map.of("name", address.zone()))));
    }
    return fields;
  }

  private List<Map<String, Object>> setPorts() {
    List<Map<String, Object>> ports = new ArrayList<>();
    for (ServiceFacts.Port port : merged.ports()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      if (!port.name().isEmpty()) {
        fields.put("name", port.name());
      }
      fields.put("protocol", port.protocol().name());
      put(fields, "appProtocol", port.appProtocol());
      fields.put("port", port.port());
      ports.add(fields);
    }
    return ports;
  }

  private void setAffinity(Map<String, Object> spec) {
    Integer seconds = merged.traits().affinitySeconds();
    spec.put("sessionAffinity", seconds == null ? "None" : "ClientIP");
    if (seconds != null) {
      spec.put("sessionAffinityConfig", Map.of("clientIP", Map.of("timeoutSeconds", seconds)));
    }
  }

  private static void put(Map<String, Object> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  /** The families of a new Service's addresses: those of its export that the cluster has. */
  List<IpFamily> families(Set<IpFamily> cluster) {
    return merged.traits().ipFamilies().stream().filter(cluster::contains).toList();
  }

  private ServiceKey key() {
    return merged.key();
  }
}
