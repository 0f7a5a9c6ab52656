package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.HostSet;
import io.regionbridge.dns.zone.HostsElsewhere.Place;
import io.regionbridge.dns.zone.PortSet;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/** Makes packed hosts of endpoints and of Services' own addresses. Owned by one thread. */
final class HostPacker {
  /** Ports that many Services share are kept once; with more kinds than this, begun anew. */
  private static final int MOST = 4096;

  private final Map<List<Endpoint.Port>, PortSet[]> ofEndpoints = new HashMap<>();
  private final Map<List<ServiceFacts.Port>, PortSet[]> ofServices = new HashMap<>();

  private final Map<String, Place> places = new HashMap<>();

  HostSet hosts(DirectoryService service) {
    int count = service.endpoints().size();
    if (count == 0) {
      return HostSet.NONE;
    }
    List<Endpoint.Port> common = service.commonPorts();
    if (common != null) {
      return HostSet.of(service.ipv4(), service.ipv6(), endpointPorts(common), null);
    }
    PortSet[] ports = new PortSet[count];
    byte[] @Nullable [] labels = new byte[count][];
    List<Endpoint.Port> last = List.of();
    PortSet[] packed = endpointPorts(last);
    boolean even = true;
    for (int i = 0; i < count; i++) {
      Endpoint endpoint = service.endpoints().get(i);
      if (!endpoint.ports().equals(last)) {
        last = endpoint.ports();
        packed = endpointPorts(last);
        even &= i == 0;
      }
      ports[i] = packed[0];
      labels[i] = endpoint.hostname() == null ? null : octets(endpoint.hostname());
    }
    return HostSet.of(service.ipv4(), service.ipv6(), even ? packed : ports, labels);
  }

  /** A Service's own addresses, with its ports. */
  HostSet own(ServiceFacts facts) {
    int[] v4 =
        facts.clusterIps().stream()
            .filter(IpAddress.V4.class::isInstance)
            .sorted()
            .mapToInt(ip -> ((IpAddress.V4) ip).bits())
            .toArray();
    long[] v6 =
        facts.clusterIps().stream()
            .sorted()
            .flatMapToLong(ip ->
                ip instanceof IpAddress.V6(long high, long low)
                    ? LongStream.of(high, low)
                    : LongStream.empty())
            .toArray();
    return HostSet.of(v4, v6, ofService(facts.ports()), null);
  }

  /** The named ports of a Service. */
  PortSet servicePorts(List<ServiceFacts.Port> ports) {
    return ofService(ports)[0];
  }

  private PortSet[] ofService(List<ServiceFacts.Port> ports) {
    return kept(ofServices, ports, port -> port(port.name(), port.protocolLabel(), port.port()));
  }

  private PortSet[] endpointPorts(List<Endpoint.Port> ports) {
    return kept(ofEndpoints, ports, port -> port(port.name(), port.protocolLabel(), port.port()));
  }

  private static <P> PortSet[] kept(
      Map<List<P>, PortSet[]> known, List<P> ports, Function<P, PortSet.Port> packing) {
    if (known.size() >= MOST) {
      known.clear();
    }
    return known.computeIfAbsent(
        ports,
        all ->
            new PortSet[] {
              PortSet.of(all.stream().map(packing).filter(p -> !p.service().isEmpty()).toList())
            });
  }

  private static PortSet.Port port(String name, String protocol, int number) {
    return new PortSet.Port(name.toLowerCase(Locale.ROOT), protocol, number);
  }

  /** Where the hosts of a region are. */
  Place place(RegionServices region) {
    return places.computeIfAbsent(
        region.region() + " " + region.domain(),
        _ -> {
          byte[] label = octets("-" + region.region());
          label[0] = (byte) region.region().length();
          Name services = Name.fromConstantString("svc." + region.domain() + ".");
          return new Place(label, services.toWireCanonical());
        });
  }

  /** A label as zones have it. */
  static byte[] octets(String label) {
    return label.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
  }
}
