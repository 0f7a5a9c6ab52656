package io.regionbridge.router.directory.manifest;

import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.NameSyntax;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes facts of the Services and EndpointSlices of one file. Checks what the API server would
 * check, as far as it matters to DNS; all that is wrong with an object is reported at once.
 */
final class ObjectParser {
  private static final String SERVICE_API = "v1";
  private static final String SLICE_API = "discovery.k8s.io/";
  private static final String DEFAULT_NAMESPACE = "default";

  private final String file;

  /** One string for all objects of a namespace. */
  private final Map<String, String> namespaces = new HashMap<>();

  ObjectParser(String file) {
    this.file = file;
  }

  /**
   * @param place such as {@code document 2}
   * @param listKind kind of the list that the object is in, which may imply its own; empty if there
   *     is none
   * @param listApi API version of that list, or empty
   */
  ManifestObject parse(Node node, String place, String listKind, String listApi) {
    Report report = new Report(file, place);
    if (!(node instanceof Node.Mapping object)) {
      report.add(node.line(), node.column(), "", "not a Kubernetes object: an object must be here");
      return new ManifestObject.Broken(report.problems());
    }
    Field root = Field.root(object, report);
    boolean typed = root.at("kind").given() || !listKind.endsWith("List");
    String kind = typed ? root.at("kind").text("") : listKind.substring(0, listKind.length() - 4);
    String api = root.at("apiVersion").text(typed ? "" : listApi);
    if (kind.isEmpty()) {
      if (report.isEmpty()) {
        root.at("kind").reportMissing(": every object must say what it is");
      }
      return new ManifestObject.Broken(report.problems());
    }
    boolean service = kind.equals("Service");
    if (!service && !kind.equals("EndpointSlice")) {
      return new ManifestObject.Other();
    }
    boolean ours = service ? api.equals(SERVICE_API) : api.startsWith(SLICE_API);
    if (!ours && !api.isEmpty()) {
      return new ManifestObject.Other(); // such as Knative's Service
    }
    boolean versioned = !api.isEmpty();
    return service
        ? service(root, object, versioned, report)
        : slice(root, object, versioned, report);
  }

  private ManifestObject service(
      Field root, Node.Mapping object, boolean versioned, Report report) {
    String namespace = namespace(root);
    String name = root.at("metadata").at("name").requiredName(NameSyntax.LABEL);
    ServiceKey key = namespace == null || name == null ? null : new ServiceKey(namespace, name);
    if (key != null) {
      report.setObject("Service " + key);
    }
    if (!versioned) {
      root.at("apiVersion").reportMissing();
    }
    Field spec = root.at("spec");
    boolean headless = "None".equals(spec.at("clusterIP").text(""));
    ServiceType type = type(spec, headless);
    List<IpAddress> clusterIps = type.hasClusterIp() ? clusterIps(spec) : List.of();
    List<ServiceFacts.Port> ports = servicePorts(spec.at("ports"));
    boolean publishNotReady = Boolean.TRUE.equals(spec.at("publishNotReadyAddresses").bool());
    String externalName =
        type == ServiceType.EXTERNAL_NAME
            ? spec.at("externalName").requiredName(NameSyntax.EXTERNAL_NAME)
            : null;
    Field annotations = root.at("metadata").at("annotations");
    String export = annotations.at(ExportAnnotation.KEY).text();
    ServiceTraits traits = traits(spec, annotations.at(ServiceTraits.SPREAD_KEY).text(""));
    if (key == null || !report.isEmpty()) {
      return new ManifestObject.BrokenService(key, report.problems());
    }
    ServiceFacts facts =
        new ServiceFacts(
            key,
            type,
            clusterIps,
            ports,
            publishNotReady,
            externalName,
            ExportAnnotation.of(export),
            traits);
    return new ManifestObject.Service(facts, object.line(), object.column());
  }

  private static ServiceTraits traits(Field spec, String spread) {
    List<IpFamily> families = new ArrayList<>(2);
    for (Field field : spec.at("ipFamilies").elements()) {
      IpFamily family =
          field.parsed(text -> IpFamily.parse(text).orElse(null), "a family: IPv4 or IPv6");
      if (family != null) {
        families.add(family);
      }
    }
    String affinity = spec.at("sessionAffinity").text("None");
    if (!affinity.equals("None") && !affinity.equals("ClientIP")) {
      spec.at("sessionAffinity").reportProblem("must be None or ClientIP");
    }
    String policy = spec.at("internalTrafficPolicy").text();
    if (policy != null && !policy.equals("Cluster") && !policy.equals("Local")) {
      spec.at("internalTrafficPolicy").reportProblem("must be Cluster or Local");
    }
    Integer seconds =
        spec.at("sessionAffinityConfig").at("clientIP").at("timeoutSeconds").number(86_400);
    if (seconds == null) {
      seconds = ServiceTraits.DEFAULT_AFFINITY;
    }
    return new ServiceTraits(
        families,
        affinity.equals("ClientIP") ? seconds : null,
        policy,
        spec.at("trafficDistribution").text(),
        spread.equals("true"));
  }

  private static ServiceType type(Field spec, boolean headless) {
    String text = spec.at("type").text("ClusterIP");
    return switch (text) {
      case "ClusterIP" -> headless ? ServiceType.HEADLESS : ServiceType.CLUSTER_IP;
      case "ExternalName" -> ServiceType.EXTERNAL_NAME;
      case "NodePort" -> withAddress(ServiceType.NODE_PORT, spec, headless);
      case "LoadBalancer" -> withAddress(ServiceType.LOAD_BALANCER, spec, headless);
      default -> {
        spec.at("type")
            .reportProblem(
                "\""
                    + text
                    + "\" is not a type of Service: ClusterIP, NodePort, LoadBalancer or"
                    + " ExternalName");
        yield ServiceType.HEADLESS;
      }
    };
  }

  private static ServiceType withAddress(ServiceType type, Field spec, boolean headless) {
    if (headless) {
      spec.at("clusterIP").reportProblem("a Service of this type cannot be headless");
      return ServiceType.HEADLESS;
    }
    return type;
  }

  private static List<IpAddress> clusterIps(Field spec) {
    List<Field> given = new ArrayList<>(spec.at("clusterIPs").elements());
    Field first = spec.at("clusterIP");
    String firstText = first.text("");
    if (!firstText.isEmpty()
        && !given.isEmpty()
        && !firstText.equals(given.getFirst().text(firstText))) {
      first.reportProblem("not the same as clusterIPs[0]");
    }
    if (given.isEmpty() && !firstText.isEmpty()) {
      given.add(first);
    }
    List<IpAddress> addresses = new ArrayList<>(2);
    for (Field field : given) {
      IpAddress address = address(field);
      if (address != null) {
        boolean sameFamily = addresses.stream().anyMatch(a -> a.isIpv6() == address.isIpv6());
        if (sameFamily) {
          field.reportProblem("a second address of the same family");
        }
        addresses.add(address);
      }
    }
    return addresses;
  }

  private static @Nullable IpAddress address(Field field) {
    return field.parsed(text -> IpAddress.parse(text).orElse(null), "an IP address");
  }

  private static List<ServiceFacts.Port> servicePorts(Field field) {
    List<Field> elements = field.elements();
    List<ServiceFacts.Port> ports = new ArrayList<>(elements.size());
    Set<String> names = new HashSet<>();
    for (Field element : elements) {
      String name = portName(element, names, elements.size() > 1);
      Protocol protocol = protocol(element);
      Integer number = element.at("port").port();
      if (!element.at("port").given()) {
        element.at("port").reportMissing();
      }
      if (number != null) {
        ports.add(
            new ServiceFacts.Port(
                name,
                protocol,
                number,
                target(element.at("targetPort"), number),
                element.at("appProtocol").text()));
      }
    }
    return ports;
  }

  private static ServiceFacts.Port.Target target(Field field, int otherwise) {
    if (!field.given()) {
      return new ServiceFacts.Port.Target.Numbered(otherwise);
    }
    if (field.isNumber()) {
      Integer number = field.port();
      return new ServiceFacts.Port.Target.Numbered(number == null ? otherwise : number);
    }
    String name = field.name(NameSyntax.PORT);
    return name == null
        ? new ServiceFacts.Port.Target.Numbered(otherwise)
        : new ServiceFacts.Port.Target.Named(name);
  }

  private static String portName(Field port, Set<String> names, boolean needed) {
    Field field = port.at("name");
    if (!field.given()) {
      if (needed) {
        field.reportMissing(": with more than one port each must have a name");
      }
      return "";
    }
    String name = field.name(NameSyntax.LABEL);
    if (name != null && !names.add(name)) {
      field.reportProblem("\"" + name + "\" is the name of another port too");
    }
    return name == null ? "" : name;
  }

  private static Protocol protocol(Field port) {
    Protocol protocol =
        port.at("protocol")
            .parsed(text -> Protocol.parse(text).orElse(null), "a protocol: TCP, UDP or SCTP");
    return protocol == null ? Protocol.TCP : protocol;
  }

  private ManifestObject slice(Field root, Node.Mapping object, boolean versioned, Report report) {
    String namespace = namespace(root);
    String name = root.at("metadata").at("name").requiredName(NameSyntax.OBJECT);
    EndpointSliceKey key =
        namespace == null || name == null ? null : new EndpointSliceKey(namespace, name);
    if (key != null) {
      report.setObject("EndpointSlice " + key);
    }
    if (!versioned) {
      root.at("apiVersion").reportMissing();
    }
    Field label = root.at("metadata").at("labels").at(EndpointSliceFacts.SERVICE_NAME_LABEL);
    String service = label.name(NameSyntax.LABEL);
    String addressType = root.at("addressType").text("");
    boolean ipv6 = addressType.equals("IPv6");
    if (!root.at("addressType").given()) {
      root.at("addressType").reportMissing();
    } else if (!ipv6 && !addressType.equals("IPv4") && !addressType.equals("FQDN")) {
      root.at("addressType").reportProblem("must be IPv4, IPv6 or FQDN");
    }
    List<Endpoint.Port> ports = endpointPorts(root.at("ports"));
    List<Endpoint> endpoints =
        addressType.equals("FQDN") ? List.of() : endpoints(root.at("endpoints"), ipv6, ports);
    if (key == null || !report.isEmpty()) {
      return new ManifestObject.BrokenSlice(key, report.problems());
    }
    return new ManifestObject.Slice(
        new EndpointSliceFacts(key, service, endpoints), object.line(), object.column());
  }

  private static List<Endpoint.Port> endpointPorts(Field field) {
    List<Endpoint.Port> ports = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Field element : field.elements()) {
      String name = portName(element, names, false);
      Protocol protocol = protocol(element);
      Integer number = element.at("port").port();
      // No number stands for all ports, which is nothing that DNS could say.
      if (number != null) {
        ports.add(new Endpoint.Port(name, protocol, number));
      }
    }
    return List.copyOf(ports);
  }

  private static List<Endpoint> endpoints(Field field, boolean ipv6, List<Endpoint.Port> ports) {
    List<Field> elements = field.elements();
    List<Endpoint> endpoints = new ArrayList<>(elements.size());
    for (Field element : elements) {
      String hostname = element.at("hostname").name(NameSyntax.LABEL);
      String zone = element.at("zone").text();
      Field conditions = element.at("conditions");
      EndpointState state =
          EndpointState.of(
              conditions.at("ready").bool(),
              conditions.at("serving").bool(),
              conditions.at("terminating").bool());
      Field addresses = element.at("addresses");
      List<Field> given = addresses.elements();
      if (given.isEmpty()) {
        addresses.reportMissing(": an endpoint must have an address");
      }
      for (Field one : given) {
        IpAddress address = address(one);
        if (address != null && address.isIpv6() != ipv6) {
          one.reportProblem(
              "not an address of the slice's addressType, " + (ipv6 ? "IPv6" : "IPv4"));
        } else if (address != null) {
          endpoints.add(new Endpoint(address, hostname, state, ports, zone));
        }
      }
    }
    return endpoints;
  }

  private @Nullable String namespace(Field root) {
    Field field = root.at("metadata").at("namespace");
    String namespace = field.given() ? field.name(NameSyntax.LABEL) : DEFAULT_NAMESPACE;
    return namespace == null ? null : namespaces.computeIfAbsent(namespace, same -> same);
  }
}
