package io.regionbridge.router.directory;

import io.regionbridge.router.net.IpAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The relevant facts of a Service.
 *
 * @param clusterIps of both families at most: none when headless, an ExternalName, or not assigned
 *     yet
 * @param ports in the order of the object
 * @param publishNotReadyAddresses whether all endpoints count as ready
 * @param externalName with or without a final dot; null for other types
 * @param exportAnnotation the object's own wish
 * @param role in the Multi-Cluster Services API; null: none
 */
public record ServiceFacts(
    ServiceKey key,
    ServiceType type,
    List<IpAddress> clusterIps,
    List<Port> ports,
    boolean publishNotReadyAddresses,
    @Nullable String externalName,
    ExportAnnotation exportAnnotation,
    ServiceTraits traits,
    @Nullable ClusterSetRole role) {

  /** A Service that is nothing in the Multi-Cluster Services API. */
  public ServiceFacts(
      ServiceKey key,
      ServiceType type,
      List<IpAddress> clusterIps,
      List<Port> ports,
      boolean publishNotReadyAddresses,
      @Nullable String externalName,
      ExportAnnotation exportAnnotation,
      ServiceTraits traits) {
    this(
        key,
        type,
        clusterIps,
        ports,
        publishNotReadyAddresses,
        externalName,
        exportAnnotation,
        traits,
        null);
  }

  /**
   * @throws IllegalArgumentException if a Service of the type cannot have such addresses or names
   */
  public ServiceFacts {
    clusterIps = List.copyOf(clusterIps);
    ports = List.copyOf(ports);
    if (!clusterIps.isEmpty() && !type.hasClusterIp()) {
      throw new IllegalArgumentException(key + ": " + type + " with addresses of its own");
    }
    if ((type == ServiceType.EXTERNAL_NAME) != (externalName != null)) {
      throw new IllegalArgumentException(key + ": " + type + " with external name " + externalName);
    }
  }

  /** The same Service with other addresses of its own. */
  public ServiceFacts withClusterIps(List<IpAddress> addresses) {
    return new ServiceFacts(
        key,
        type,
        addresses,
        ports,
        publishNotReadyAddresses,
        externalName,
        exportAnnotation,
        traits,
        role);
  }

  /** The same ExternalName Service that stands for another name. */
  public ServiceFacts withExternalName(String name) {
    return new ServiceFacts(
        key,
        type,
        clusterIps,
        ports,
        publishNotReadyAddresses,
        name,
        exportAnnotation,
        traits,
        role);
  }

  /** The same Service with another role in the Multi-Cluster Services API; null: none. */
  public ServiceFacts withRole(@Nullable ClusterSetRole next) {
    return new ServiceFacts(
        key,
        type,
        clusterIps,
        ports,
        publishNotReadyAddresses,
        externalName,
        exportAnnotation,
        traits,
        next);
  }

  /** The imported Service that it gives its addresses, if it is there for that. */
  public Optional<ServiceKey> imported() {
    return role instanceof ClusterSetRole.Derived(String service)
        ? Optional.of(new ServiceKey(key.namespace(), service))
        : Optional.empty();
  }

  /** The ServiceExport that makes it known to all regions, or null. */
  public ClusterSetRole.@Nullable Exported export() {
    return role instanceof ClusterSetRole.Exported exported ? exported : null;
  }

  /** Whether it is of a type that has addresses of its own, whether or not it has them. */
  public boolean isClusterIp() {
    return type.hasClusterIp();
  }

  /** Whether its traffic is meant to stay where it comes from. */
  public boolean isLocalOnly() {
    return "Local".equals(traits.internalTrafficPolicy());
  }

  /** Whether a name over all regions leads to the pods of all of them. */
  public boolean isSpread() {
    return traits.spread();
  }

  /**
   * A port of a Service.
   *
   * @param name an RFC 1123 label, or empty: then there is no SRV record
   * @param port of the ClusterIP, 1 to 65535
   * @param target what the pods listen on, as far as the Service says
   * @param appProtocol such as {@code kubernetes.io/h2c}; null if not given
   */
  public record Port(
      String name, Protocol protocol, int port, Target target, @Nullable String appProtocol) {

    /** What SRV names have for the protocol, such as {@code tcp}. */
    public String protocolLabel() {
      return protocol.label();
    }

    /** The {@code targetPort} of a Service's port. */
    public sealed interface Target {
      /** A port number, 1 to 65535; the Service's own port when {@code targetPort} is not given. */
      record Numbered(int port) implements Target {}

      /** The name of a container's port: each pod may have another number for it. */
      record Named(String name) implements Target {}
    }

    /** A port without {@code appProtocol}. */
    public Port(String name, Protocol protocol, int port, Target target) {
      this(name, protocol, port, target, null);
    }

    /** A port that pods listen on under the same number. */
    public Port(String name, Protocol protocol, int port) {
      this(name, protocol, port, new Target.Numbered(port));
    }
  }
}
