package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.kubernetes.OwnNames;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The facts of a Service object. */
final class ServiceReader {
  private final Interned interned;

  ServiceReader(Interned interned) {
    this.interned = interned;
  }

  /**
   * @throws MalformedObjectException if it is not what a Service can be
   */
  ServiceFacts read(Service service) {
    ServiceSpec spec = service.getSpec();
    if (spec == null) {
      throw new MalformedObjectException("spec is missing");
    }
    ServiceKey key =
        new ServiceKey(
            interned.text(service.getMetadata().getNamespace()), service.getMetadata().getName());
    ServiceType type = type(spec);
    String externalName = type == ServiceType.EXTERNAL_NAME ? spec.getExternalName() : null;
    if (type == ServiceType.EXTERNAL_NAME && (externalName == null || externalName.isEmpty())) {
      throw new MalformedObjectException("spec.externalName is missing");
    }
    return new ServiceFacts(
        key,
        type,
        type.hasClusterIp() ? clusterIps(spec) : List.of(),
        interned.servicePorts(ports(spec)),
        Boolean.TRUE.equals(spec.getPublishNotReadyAddresses()),
        externalName,
        ExportAnnotation.of(annotation(service, ExportAnnotation.KEY)),
        interned.traits(traits(spec, annotation(service, ServiceTraits.SPREAD_KEY))),
        derived(service.getMetadata().getLabels()));
  }

  private static ClusterSetRole.@Nullable Derived derived(@Nullable Map<String, String> labels) {
    String of = labels == null ? null : labels.get(ClusterSetRole.Derived.LABEL);
    return of == null || !OwnNames.areOn(labels) ? null : new ClusterSetRole.Derived(of);
  }

  private static @Nullable String annotation(Service service, String key) {
    Map<String, String> annotations = service.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(key);
  }

  private static ServiceTraits traits(ServiceSpec spec, @Nullable String spread) {
    return new ServiceTraits(
        spec.getIpFamilies().stream().flatMap(text -> IpFamily.parse(text).stream()).toList(),
        "ClientIP".equals(spec.getSessionAffinity()) ? affinitySeconds(spec) : null,
        spec.getInternalTrafficPolicy(),
        spec.getTrafficDistribution(),
        "true".equals(spread));
  }

  private static Integer affinitySeconds(ServiceSpec spec) {
    SessionAffinityConfig config = spec.getSessionAffinityConfig();
    Integer seconds =
        config == null || config.getClientIP() == null
            ? null
            : config.getClientIP().getTimeoutSeconds();
    return seconds == null ? ServiceTraits.DEFAULT_AFFINITY : seconds;
  }

  private static ServiceType type(ServiceSpec spec) {
    boolean headless = "None".equals(spec.getClusterIP());
    return switch (spec.getType()) {
      case "ExternalName" -> ServiceType.EXTERNAL_NAME;
      case "NodePort" -> headless ? ServiceType.HEADLESS : ServiceType.NODE_PORT;
      case "LoadBalancer" -> headless ? ServiceType.HEADLESS : ServiceType.LOAD_BALANCER;
      case null, default -> headless ? ServiceType.HEADLESS : ServiceType.CLUSTER_IP;
    };
  }

  private static List<IpAddress> clusterIps(ServiceSpec spec) {
    List<String> texts = spec.getClusterIPs();
    if (texts.isEmpty() && spec.getClusterIP() != null && !spec.getClusterIP().isEmpty()) {
      texts = List.of(spec.getClusterIP());
    }
    List<IpAddress> addresses = new ArrayList<>(texts.size());
    for (String text : texts) {
      Optional<IpAddress> address = IpAddress.parse(text);
      if (address.isEmpty()) {
        throw new MalformedObjectException("spec.clusterIPs: not an IP address: " + text);
      }
      addresses.add(address.get());
    }
    return addresses;
  }

  private static List<ServiceFacts.Port> ports(ServiceSpec spec) {
    List<ServiceFacts.Port> ports = new ArrayList<>(spec.getPorts().size());
    for (var port : spec.getPorts()) {
      if (port.getPort() == null) {
        throw new MalformedObjectException("spec.ports: a port has no number");
      }
      ports.add(
          new ServiceFacts.Port(
              port.getName() == null ? "" : port.getName(),
              Protocols.of(port.getProtocol(), "spec.ports"),
              port.getPort(),
              target(port.getTargetPort(), port.getPort()),
              port.getAppProtocol()));
    }
    return ports;
  }

  private static ServiceFacts.Port.Target target(@Nullable IntOrString target, int otherwise) {
    if (target == null) {
      return new ServiceFacts.Port.Target.Numbered(otherwise);
    }
    String name = target.getStrVal();
    if (name != null) {
      return new ServiceFacts.Port.Target.Named(name);
    }
    // Zero is how an absent targetPort may be spelt.
    Integer number = target.getIntVal();
    return new ServiceFacts.Port.Target.Numbered(
        number == null || number == 0 ? otherwise : number);
  }

  /** Protocols of ports. */
  static final class Protocols {
    private Protocols() {}

    /** TCP is what Kubernetes takes when nothing is said. */
    static Protocol of(@Nullable String text, String path) {
      return text == null
          ? Protocol.TCP
          : Protocol.parse(text)
              .orElseThrow(() -> new MalformedObjectException(path + ": not a protocol: " + text));
    }
  }
}
