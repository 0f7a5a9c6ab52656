package io.regionbridge.router.multicluster;

import io.regionbridge.router.directory.ClusterSetRole;
import io.regionbridge.router.directory.Directory;
import io.regionbridge.router.directory.DirectoryService;
import io.regionbridge.router.directory.Endpoint;
import io.regionbridge.router.directory.EndpointState;
import io.regionbridge.router.directory.ExportAnnotation;
import io.regionbridge.router.directory.IpFamily;
import io.regionbridge.router.directory.Protocol;
import io.regionbridge.router.directory.RegionServices;
import io.regionbridge.router.directory.ServiceFacts;
import io.regionbridge.router.directory.ServiceKey;
import io.regionbridge.router.directory.ServiceTraits;
import io.regionbridge.router.directory.ServiceType;
import io.regionbridge.router.net.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Exported Services of regions, for tests. */
final class Exports {
  static final ServiceKey HELLO = new ServiceKey("demo", "hello");

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private Exports() {}

  /** A region with these Services, that can be reached. */
  static RegionServices region(String name, DirectoryService... services) {
    return region(name, true, services);
  }

  static RegionServices region(String name, boolean reachable, DirectoryService... services) {
    return new RegionServices(
        name, name + ".internal", directory(services), name.equals("here"), reachable, 10);
  }

  static Directory directory(DirectoryService... services) {
    Directory directory = Directory.EMPTY;
    for (DirectoryService service : services) {
      directory = directory.with(service);
    }
    return directory.withComplete(true);
  }

  /** The Service demo/hello of a test, with what it is usually like. */
  static Hello hello() {
    return new Hello();
  }

  /** Makes the Service demo/hello. */
  static final class Hello {
    private ServiceType type = ServiceType.CLUSTER_IP;
    private @Nullable String external;
    private List<ServiceFacts.Port> ports =
        List.of(
            new ServiceFacts.Port(
                "http", Protocol.TCP, 80, new ServiceFacts.Port.Target.Numbered(8080)));
    private ServiceTraits traits =
        new ServiceTraits(List.of(IpFamily.IPV4), null, null, null, false);
    private ClusterSetRole.@Nullable Exported export = new ClusterSetRole.Exported(BEGIN);
    private final List<Endpoint> endpoints = new ArrayList<>();
    private List<IpAddress> addresses = List.of();
    private @Nullable String zone;

    /** Of the pods that are named after this. */
    Hello zone(String name) {
      zone = name;
      return this;
    }

    Hello headless() {
      type = ServiceType.HEADLESS;
      return this;
    }

    Hello externalName() {
      type = ServiceType.EXTERNAL_NAME;
      external = "example.com";
      return this;
    }

    Hello unexported() {
      export = null;
      return this;
    }

    /** Exported so many seconds after the beginning. */
    Hello at(int seconds) {
      export = new ClusterSetRole.Exported(BEGIN.plusSeconds(seconds));
      return this;
    }

    Hello exporting(Map<String, String> labels, Map<String, String> annotations) {
      export =
          new ClusterSetRole.Exported(export == null ? BEGIN : export.since(), labels, annotations);
      return this;
    }

    Hello ports(ServiceFacts.Port... all) {
      ports = List.of(all);
      return this;
    }

    Hello traits(ServiceTraits all) {
      traits = all;
      return this;
    }

    Hello clusterIp(String... all) {
      addresses = Stream.of(all).map(IpAddress::of).toList();
      return this;
    }

    Hello pods(String... all) {
      return pods(EndpointState.READY, all);
    }

    Hello pods(EndpointState state, String... all) {
      List<Endpoint.Port> listening =
          ports.stream()
              .map(port ->
                  new Endpoint.Port(
                      port.name(),
                      port.protocol(),
                      port.target() instanceof ServiceFacts.Port.Target.Numbered(int number)
                          ? number
                          : port.port()))
              .toList();
      for (String address : all) {
        endpoints.add(new Endpoint(IpAddress.of(address), null, state, listening, zone));
      }
      return this;
    }

    DirectoryService make() {
      return DirectoryService.choose(
          new ServiceFacts(
              HELLO,
              type,
              addresses,
              ports,
              false,
              external,
              ExportAnnotation.NONE,
              traits,
              export),
          endpoints);
    }
  }
}
