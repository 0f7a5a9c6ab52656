package io.regionbridge.router.discovery;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointSliceFacts;
import io.regionbridge.router.directory.EndpointSliceKey;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.Interned;
import io.regionbridge.router.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The facts of an EndpointSlice object. */
final class EndpointSliceReader {
  private final Interned interned;

  EndpointSliceReader(Interned interned) {
    this.interned = interned;
  }

  /**
   * @throws MalformedObjectException if it is not what an EndpointSlice can be
   */
  EndpointSliceFacts read(EndpointSlice slice) {
    EndpointSliceKey key =
        new EndpointSliceKey(
            interned.text(slice.getMetadata().getNamespace()), slice.getMetadata().getName());
    Map<String, String> labels = slice.getMetadata().getLabels();
    String service = labels == null ? null : labels.get(EndpointSliceFacts.SERVICE_NAME_LABEL);
    // A slice of names (FQDN) has nothing that Services use.
    return new EndpointSliceFacts(
        key, service, "FQDN".equals(slice.getAddressType()) ? List.of() : endpoints(slice));
  }

  private List<Endpoint> endpoints(EndpointSlice slice) {
    List<Endpoint.Port> ports = interned.endpointPorts(ports(slice));
    List<Endpoint> endpoints = new ArrayList<>();
    for (var endpoint : present(slice.getEndpoints())) {
      EndpointConditions conditions = endpoint.getConditions();
      EndpointState state =
          conditions == null
              ? EndpointState.READY
              : EndpointState.of(
                  conditions.getReady(), conditions.getServing(), conditions.getTerminating());
      String zone = endpoint.getZone() == null ? null : interned.text(endpoint.getZone());
      boolean pod =
          endpoint.getTargetRef() != null && "Pod".equals(endpoint.getTargetRef().getKind());
      Endpoint.Terms terms = interned.terms(new Endpoint.Terms(state, ports, zone, pod));
      for (String text : present(endpoint.getAddresses())) {
        Optional<IpAddress> address = IpAddress.parse(text);
        if (address.isEmpty()) {
          throw new MalformedObjectException("endpoints: not an IP address: " + text);
        }
        endpoints.add(new Endpoint(address.get(), endpoint.getHostname(), terms));
      }
    }
    return endpoints;
  }

  /** The API server says null for an empty list that it must not leave out. */
  private static <T> List<T> present(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static List<Endpoint.Port> ports(EndpointSlice slice) {
    List<Endpoint.Port> ports = new ArrayList<>();
    for (var port : present(slice.getPorts())) {
      // No number stands for all ports, which is nothing that DNS could say.
      if (port.getPort() != null) {
        ports.add(
            new Endpoint.Port(
                port.getName() == null ? "" : port.getName(),
                ServiceReader.Protocols.of(port.getProtocol(), "ports"),
                port.getPort()));
      }
    }
    return ports;
  }
}
