package io.regionbridge.api.zones;

import io.regionbridge.dns.zone.HostSet;
import io.regionbridge.dns.zone.PortSet;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Makes packed hosts of endpoints and of Services' own addresses. Owned by one thread. */
final class HostPacker {
  /** Ports that many Services share are kept once; with more kinds than this, begun anew. */
  private static final int MOST = 4096;

  private final Map<List<Endpoint.Port>, PortSet> ofEndpoints = new HashMap<>();
  private final Map<List<ServiceFacts.Port>, PortSet> ofServices = new HashMap<>();

  /**
   * The endpoints of a Service.
   *
   * @param endpoints sorted by address
   */
  HostSet hosts(List<Endpoint> endpoints) {
    int count = endpoints.size();
    if (count == 0) {
      return HostSet.NONE;
    }
    int[] v4 = new int[count];
    long[] v6 = new long[2 * count];
    int narrow = 0;
    int wide = 0;
    PortSet[] ports = new PortSet[count];
    byte @Nullable [][] labels = null;
    List<Endpoint.Port> last = endpoints.getFirst().ports();
    PortSet packed = ports(last);
    boolean even = true;
    for (int i = 0; i < count; i++) {
      Endpoint endpoint = endpoints.get(i);
      switch (endpoint.address()) {
        case IpAddress.V4(int bits) -> v4[narrow++] = bits;
        case IpAddress.V6(long high, long low) -> {
          v6[wide++] = high;
          v6[wide++] = low;
        }
      }
      if (!endpoint.ports().equals(last)) {
        last = endpoint.ports();
        packed = ports(last);
        even = false;
      }
      ports[i] = packed;
      if (endpoint.hostname() != null) {
        if (labels == null) {
          labels = new byte[count][];
        }
        labels[i] = octets(endpoint.hostname());
      }
    }
    return HostSet.of(
        narrow == count ? v4 : Arrays.copyOf(v4, narrow),
        wide == 2 * count ? v6 : Arrays.copyOf(v6, wide),
        even ? new PortSet[] {packed} : ports,
        labels);
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
    return HostSet.of(v4, v6, new PortSet[] {servicePorts(facts.ports())}, null);
  }

  /** The named ports of a Service. */
  PortSet servicePorts(List<ServiceFacts.Port> ports) {
    if (ofServices.size() >= MOST) {
      ofServices.clear();
    }
    return ofServices.computeIfAbsent(
        ports,
        all ->
            PortSet.of(
                all.stream()
                    .filter(port -> !port.name().isEmpty())
                    .map(port -> port(port.name(), port.protocol(), port.port()))
                    .toList()));
  }

  private PortSet ports(List<Endpoint.Port> ports) {
    if (ofEndpoints.size() >= MOST) {
      ofEndpoints.clear();
    }
    return ofEndpoints.computeIfAbsent(
        ports,
        all ->
            PortSet.of(
                all.stream()
                    .filter(port -> !port.name().isEmpty())
                    .map(port -> port(port.name(), port.protocol(), port.port()))
                    .toList()));
  }

  private static PortSet.Port port(String name, Protocol protocol, int number) {
    return new PortSet.Port(
        name.toLowerCase(Locale.ROOT), protocol.name().toLowerCase(Locale.ROOT), number);
  }

  /** A label as zones have it. */
  static byte[] octets(String label) {
    return label.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
  }
}
