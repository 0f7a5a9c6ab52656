package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.HostGroup;
import io.regionbridge.dns.zone.HostGroup.Side;
import io.regionbridge.dns.zone.HostSet;
import io.regionbridge.dns.zone.PortSet;
import io.regionbridge.dns.zone.ZoneNode;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records of the names of one Service, by the Kubernetes DNS specification 1.1.0.
 *
 * <p>Where the specification is silent, CoreDNS is followed: an endpoint without hostname is named
 * by its dashed address, and endpoints have names whether the Service is headless or not. So an SRV
 * record that leads to pods always has a target that resolves for every client.
 *
 * <p>A headless Service without an endpoint has no names at all (section 2.4.1: NXDOMAIN). A
 * ClusterIP Service always has its name; a peer that would get its pods gets no data while there
 * are none.
 *
 * <p>Owned by one thread.
 */
final class ServiceNodes {
  private final HostPacker packer = new HostPacker();

  /** The Service's name below {@code svc}, in wire form and folded. */
  static byte[] name(ServiceKey key) {
    byte[] service = HostPacker.octets(key.name());
    byte[] namespace = HostPacker.octets(key.namespace());
    byte[] name = new byte[service.length + namespace.length + 2];
    name[0] = (byte) service.length;
    System.arraycopy(service, 0, name, 1, service.length);
    name[service.length + 1] = (byte) namespace.length;
    System.arraycopy(namespace, 0, name, service.length + 2, namespace.length);
    return name;
  }

  /**
   * The names of a Service that is no alias; null if it has none.
   *
   * @param given the Service as peers get it: without a ClusterIP that the rule drops and without
   *     endpoints outside the region's ranges
   */
  @SuppressWarnings("ReferenceEquality") // the same hosts: one side serves both views
  @Nullable ZoneNode hosts(byte[] name, DirectoryService service, DirectoryService given) {
    ServiceFacts facts = service.facts();
    HostSet inside = packer.hosts(service);
    if (!facts.isClusterIp() && inside.isEmpty()) {
      return null;
    }
    HostSet outside = given.endpoints().equals(service.endpoints()) ? inside : packer.hosts(given);
    Side pods = side(given.facts(), outside);
    Side cluster =
        outside == inside && given.facts().clusterIps().equals(facts.clusterIps())
            ? pods
            : side(facts, inside);
    // It may have no ClusterIP to tell, but its names are there (section 2.3).
    PortSet names = facts.isClusterIp() ? packer.servicePorts(facts.ports()) : PortSet.NONE;
    return HostGroup.of(name, cluster, pods, names);
  }

  private Side side(ServiceFacts facts, HostSet hosts) {
    return facts.clusterIps().isEmpty() ? new Side(hosts) : new Side(packer.own(facts), hosts);
  }
}
