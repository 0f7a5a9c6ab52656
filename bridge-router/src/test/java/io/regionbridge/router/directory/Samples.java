package io.regionbridge.router.directory;

import io.regionbridge.router.net.IpAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Facts for tests. */
final class Samples {
  static final ServiceKey WEB = new ServiceKey("prod", "web");
  static final List<Endpoint.Port> HTTP = List.of(new Endpoint.Port("http", Protocol.TCP, 8080));

  private Samples() {}

  static ServiceFacts clusterIp(ServiceKey key, String... addresses) {
    return new ServiceFacts(
        key,
        ServiceType.CLUSTER_IP,
        Stream.of(addresses).map(IpAddress::of).toList(),
        List.of(new ServiceFacts.Port("http", Protocol.TCP, 80)),
        false,
        null,
        ExportAnnotation.NONE,
        ServiceTraits.NONE);
  }

  static ServiceFacts headless(ServiceKey key, boolean publishNotReady) {
    return new ServiceFacts(
        key,
        ServiceType.HEADLESS,
        List.of(),
        List.of(),
        publishNotReady,
        null,
        ExportAnnotation.NONE,
        ServiceTraits.NONE);
  }

  static ServiceFacts externalName(ServiceKey key, String name) {
    return new ServiceFacts(
        key,
        ServiceType.EXTERNAL_NAME,
        List.of(),
        List.of(),
        false,
        name,
        ExportAnnotation.NONE,
        ServiceTraits.NONE);
  }

  static EndpointSliceFacts slice(ServiceKey service, String name, Endpoint... endpoints) {
    return new EndpointSliceFacts(
        new EndpointSliceKey(service.namespace(), name), service.name(), List.of(endpoints));
  }

  static Endpoint ready(String address) {
    return endpoint(address, null, EndpointState.READY, HTTP);
  }

  static Endpoint draining(String address) {
    return endpoint(address, null, EndpointState.DRAINING, HTTP);
  }

  static Endpoint unready(String address) {
    return endpoint(address, null, EndpointState.UNREADY, HTTP);
  }

  static Endpoint endpoint(
      String address, @Nullable String hostname, EndpointState state, List<Endpoint.Port> ports) {
    return new Endpoint(IpAddress.of(address), hostname, state, ports);
  }
}
